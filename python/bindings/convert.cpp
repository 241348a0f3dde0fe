#include "convert.h"

#include <nanobind/nanobind.h>

#include <cstring>
#include <memory>
#include <vector>

#include "array_object.h"
#include "buffer_format.h"
#include "foreign.h"
#include "host_copy.h"
#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/ops/elementwise.h"

namespace lamina::python {
namespace {

// A buffer that is held; released, with the GIL, when this goes away.
struct HeldBuffer {
  Py_buffer view;
  std::vector<int64_t> strides;  // in bytes
  ~HeldBuffer() { PyBuffer_Release(&view); }
  std::span<const int64_t> shape() const {
    return {reinterpret_cast<const int64_t*>(view.shape), rank()};
  }
  size_t rank() const { return static_cast<size_t>(view.ndim); }

  // Some exporters, ctypes among them, leave the strides out although they were asked for: their
  // memory is row-major.
  void find_strides() {
    if (view.strides) {
      strides.assign(view.strides, view.strides + view.ndim);
      return;
    }
    strides.resize(rank());
    int64_t step = view.itemsize;
    for (size_t axis = rank(); axis-- > 0;) strides[axis] = step, step *= view.shape[axis];
  }
};

// Dates offer their bytes: eight numbers that nobody means.
bool is_date(PyObject* object) {
  const char* name = Py_TYPE(object)->tp_name;
  return std::strcmp(name, "numpy.datetime64") == 0 || std::strcmp(name, "numpy.timedelta64") == 0;
}

std::shared_ptr<HeldBuffer> hold_buffer(PyObject* object) {
  if (is_date(object)) {
    throw DTypeError(text("array: no element type fits a ", Py_TYPE(object)->tp_name))
        .help("convert it to an integer first");
  }
  auto buffer = std::make_shared<HeldBuffer>();
  if (PyObject_GetBuffer(object, &buffer->view, PyBUF_FULL_RO) != 0) {
    buffer->view.obj = nullptr;
    nanobind::python_error reason;  // takes the error over
    throw DTypeError(
        text("array: cannot read the buffer of a ", Py_TYPE(object)->tp_name, ": ", reason.what()));
  }
  if (buffer->view.suboffsets)
    throw ValueError("array: buffers of pointers (suboffsets) are not taken");
  buffer->find_strides();
  return buffer;
}

BufferFormat format_of_buffer(const HeldBuffer& buffer) {
  auto format = parse_format(buffer.view.format, static_cast<size_t>(buffer.view.itemsize));
  if (!format) {
    throw DTypeError(text("array: no element type fits the buffer format '", buffer.view.format,
                          "' of ", buffer.view.itemsize, " bytes"))
        .help("bool, integers and floats of up to 64 bits are taken; convert it first");
  }
  return *format;
}

Array copy_of(const HeldBuffer& buffer, BufferFormat format) {
  Shape shape(buffer.shape());
  check_shape(shape, size_of(format.dtype), "array: shape");
  NodeValue value;
  value.storage = Storage::allocate(static_cast<size_t>(shape.elements()) * size_of(format.dtype));
  copy_strided(value.storage->data(), static_cast<const std::byte*>(buffer.view.buf),
               buffer.shape(), buffer.strides, size_of(format.dtype), format.swapped);
  return make_leaf({format.dtype, std::move(shape)}, std::move(value));
}

bool is_numpy(PyTypeObject* type) {
  if (std::strncmp(type->tp_name, "numpy.", 6) == 0) return true;
  PyObject* bases = type->tp_mro;  // subclasses of numpy.ndarray
  for (Py_ssize_t i = 1; bases && i < PyTuple_GET_SIZE(bases); ++i) {
    auto* base = reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(bases, i));
    if (std::strcmp(base->tp_name, "numpy.ndarray") == 0) return true;
  }
  return false;
}

// NumPy's scalars are numbers with a type of their own, filled in at each run like Python's.
Array as_number(const Array& scalar) {
  if (is_floating(scalar.dtype())) return make_number(scalar.item<double>(), scalar.dtype(), false);
  if (scalar.dtype() == uint64) {
    return make_number(static_cast<int64_t>(scalar.item<uint64_t>()), uint64, false);
  }
  return make_number(scalar.item<int64_t>(), scalar.dtype(), false);
}

bool has(PyObject* object, const char* attribute) {
  return PyObject_HasAttrString(object, attribute);
}

}  // namespace

// In the order of how often it is called with each.
bool to_operand(PyObject* object, Array& out) {
  PyTypeObject* type = Py_TYPE(object);
  if (type == array_type) {
    out = as_array_object(object)->array;
    return true;
  }
  if (PyFloat_Check(
          object)) {  // numpy.float64 is a Python float, and like one never widens an array
    out = Array(PyFloat_AS_DOUBLE(object));
    return true;
  }
  if (PyBool_Check(object)) {
    out = Array(object == Py_True);
    return true;
  }
  if (PyLong_Check(object)) {
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow) {
      unsigned long long large = overflow > 0 ? PyLong_AsUnsignedLongLong(object) : 0;
      if (overflow < 0 || PyErr_Occurred()) {
        PyErr_Clear();
        throw OverflowError("the integer does not fit into 64 bits");
      }
      out = make_number(static_cast<int64_t>(large), uint64, true);
      return true;
    }
    out = Array(static_cast<int64_t>(value));
    return true;
  }
  if (is_array(object)) {
    out = as_array_object(object)->value();
    return true;
  }
  if (!is_numpy(type) || !PyObject_CheckBuffer(object)) return false;
  out = copy_buffer(object);
  if (out.ndim() == 0) out = as_number(out);
  return true;
}

Array copy_buffer(PyObject* object) {
  auto buffer = hold_buffer(object);
  return copy_of(*buffer, format_of_buffer(*buffer));
}

Array share_buffer(PyObject* object) {
  auto buffer = hold_buffer(object);
  BufferFormat format = format_of_buffer(*buffer);
  const size_t item = size_of(format.dtype);
  const char* reason = nullptr;
  if (format.swapped) reason = "its bytes are in the other order";
  if (!PyBuffer_IsContiguous(&buffer->view, 'C')) reason = "it does not lie row-major";
  if (reinterpret_cast<uintptr_t>(buffer->view.buf) % item != 0) reason = "it is not aligned";
  if (reason) {
    throw ValueError(text("asarray: the memory cannot be shared, since ", reason))
        .help("leave copy=False out, or copy it with lamina.array");
  }
  Shape shape(buffer->shape());
  const void* data = buffer->view.buf;
  size_t bytes = static_cast<size_t>(buffer->view.len);
  return foreign_array(foreign_storage(data, bytes, [buffer]() mutable { buffer.reset(); }), 0,
                       std::move(shape), format.dtype);
}

Array to_array(PyObject* object, std::optional<DType> dtype) {
  Array array;
  if (PyLong_Check(object) || PyFloat_CheckExact(object)) return from_lists(object, dtype);
  if (is_array(object)) {
    array = own_memory(as_array_object(object)->value());
  } else if (PyObject_CheckBuffer(object)) {
    array = copy_buffer(object);
  } else if (has(object, "__dlpack__")) {
    array = from_dlpack(object, true);
  } else if (has(object, "__array__")) {
    nanobind::object converted = nanobind::steal(PyObject_CallMethod(object, "__array__", nullptr));
    if (!converted.is_valid()) throw nanobind::python_error();
    array = copy_buffer(converted.ptr());
  } else {
    return from_lists(object, dtype);
  }
  return dtype && *dtype != array.dtype() ? astype(std::move(array), *dtype) : array;
}

}  // namespace lamina::python

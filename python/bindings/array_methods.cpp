// Methods and properties of lamina.Array that are no functions of the module.
#include <nanobind/nanobind.h>

#include <algorithm>

#include "array_object.h"
#include "bindings.h"
#include "casters.h"
#include "errors.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::python {
namespace {

const Array& value_of(PyObject* self) { return as_array_object(self)->value(); }

// --- Values
// ----------------------------------------------------------------------------------------------

PyObject* number_object(const std::byte* data, DType dtype) {
  return dispatch(dtype, [&](auto zero) -> PyObject* {
    using T = decltype(zero);
    T value;
    std::memcpy(&value, data, sizeof value);
    if constexpr (std::is_same_v<T, bool>) {
      return PyBool_FromLong(value);
    } else if constexpr (std::is_same_v<T, uint64_t>) {
      return PyLong_FromUnsignedLongLong(value);
    } else if constexpr (std::is_integral_v<T>) {
      return PyLong_FromLongLong(value);
    } else {
      return PyFloat_FromDouble(static_cast<double>(value));
    }
  });
}

HostValue read(const Array& array) {
  ReleaseGil released;
  return host_value(array);
}

PyObject* item(PyObject* self, PyObject*) {
  return guard([&]() -> PyObject* {
    const Array array = value_of(self);
    if (array.size() != 1) array.item<double>();  // says what is wrong
    return number_object(read(array).data(), array.dtype());
  });
}

// Nested lists of one axis; a number at the end.
PyObject* list_of(const std::byte*& data, const Shape& shape, DType dtype, int axis) {
  if (axis == shape.rank()) {
    PyObject* number = number_object(data, dtype);
    data += size_of(dtype);
    return number;
  }
  nb::object list = nb::steal(PyList_New(shape[static_cast<size_t>(axis)]));
  if (!list.is_valid()) throw nb::python_error();
  for (int64_t i = 0; i < shape[static_cast<size_t>(axis)]; ++i) {
    PyObject* part = list_of(data, shape, dtype, axis + 1);
    if (!part) throw nb::python_error();
    PyList_SET_ITEM(list.ptr(), i, part);
  }
  return list.release().ptr();
}

PyObject* to_list(PyObject* self, PyObject*) {
  return guard([&] {
    const Array array = value_of(self);
    HostValue host = read(array);
    const std::byte* data = host.data();
    return list_of(data, array.shape(), array.dtype(), 0);
  });
}

PyObject* flat_list(PyObject* self, PyObject*) {
  return guard([&] {
    const Array array = value_of(self);
    HostValue host = read(array);
    const std::byte* data = host.data();
    return list_of(data, Shape{array.size()}, array.dtype(), 0);
  });
}

// numpy.asarray reads the buffer protocol: the result shares the memory and is read-only.
PyObject* numpy(PyObject* self, PyObject*) {
  return guard([&]() -> PyObject* {
    if (value_of(self).dtype() == bfloat16) {
      throw DTypeError("numpy: NumPy has no bfloat16").help("x.astype(lm.float32).numpy()");
    }
    static nb::handle as_array =
        nb::object(nb::module_::import_("numpy").attr("asarray")).release();
    nb::object view = nb::steal(PyMemoryView_FromObject(self));
    if (!view.is_valid()) throw nb::python_error();
    return as_array(view).release().ptr();
  });
}

PyObject* eval_method(PyObject* self, PyObject*) {
  return guard([&] {
    const Array array = value_of(self);
    {
      ReleaseGil released;
      array.eval();
    }
    Py_INCREF(self);
    return self;
  });
}

// --- Copies
// ----------------------------------------------------------------------------------------------

PyObject* copy(PyObject* self, PyObject*) {
  return guard([&] { return wrap(value_of(self)); });  // values never change, so a handle is a copy
}

PyObject* reduce(PyObject* self, PyObject*) {
  return guard([&] {
    const Array array = value_of(self);
    HostValue host = read(array);
    nb::bytes data(reinterpret_cast<const char*>(host.data()),
                   static_cast<size_t>(array.size()) * size_of(array.dtype()));
    nb::object rebuild = nb::module_::import_("lamina.pickling").attr("array_from_bytes");
    return nb::make_tuple(rebuild,
                          nb::make_tuple(data, shape_tuple(array.shape()), name(array.dtype())))
        .release()
        .ptr();
  });
}

// --- Text
// ------------------------------------------------------------------------------------------------

std::string printed(const Array& array) {
  ReleaseGil released;
  return to_string(array);
}

PyObject* format(PyObject* self, PyObject* specification) {
  return guard([&] {
    if (value_of(self).size() != 1 || PyUnicode_GetLength(specification) == 0)
      return PyObject_Str(self);
    nb::object number = nb::steal(item(self, nullptr));
    if (!number.is_valid()) throw nb::python_error();
    return PyObject_Format(number.ptr(), specification);
  });
}

// --- Properties
// ------------------------------------------------------------------------------------------

PyObject* get_shape(PyObject* self, void*) {
  return guard([&] { return shape_tuple(value_of(self).shape()).release().ptr(); });
}
PyObject* get_dtype(PyObject* self, void*) {
  return guard([&] { return dtype_object(value_of(self).dtype()); });
}
PyObject* get_ndim(PyObject* self, void*) {
  return guard([&] { return PyLong_FromLong(value_of(self).ndim()); });
}
PyObject* get_size(PyObject* self, void*) {
  return guard([&] { return PyLong_FromLongLong(value_of(self).size()); });
}
PyObject* get_nbytes(PyObject* self, void*) {
  return guard([&] {
    const Array& array = value_of(self);
    return PyLong_FromLongLong(array.size() * static_cast<int64_t>(size_of(array.dtype())));
  });
}
PyObject* get_device(PyObject*, void*) { return PyUnicode_FromString("cpu"); }
PyObject* get_requires_grad(PyObject* self, void*) {
  return guard([&] { return PyBool_FromLong(value_of(self).requires_grad()); });
}
PyObject* get_is_ready(PyObject* self, void*) {
  return guard([&] { return PyBool_FromLong(value_of(self).is_ready()); });
}
PyObject* get_transposed(PyObject* self, void*) {
  return guard([&] { return wrap(transpose(value_of(self))); });
}
PyObject* get_matrix_transposed(PyObject* self, void*) {
  return guard([&] {
    const Array& array = value_of(self);
    int rank = array.ndim();
    if (rank < 2) {
      throw ShapeError(text("mT: expected two axes or more, got ", describe(array)));
    }
    IntList axes;
    for (int axis = 0; axis < rank - 2; ++axis) axes.push_back(axis);
    axes.push_back(rank - 1), axes.push_back(rank - 2);
    return wrap(transpose(array, std::move(axes)));
  });
}

nb::object as_numpy(nb::handle self, nb::handle dtype, nb::handle copy) {
  nb::object view = nb::steal(numpy(self.ptr(), nullptr));
  if (!view.is_valid()) throw nb::python_error();
  if (!dtype.is_none() && !view.attr("dtype").equal(dtype)) {
    if (copy.is(Py_False)) throw ValueError("__array__: another element type needs a copy");
    return view.attr("astype")(dtype);
  }
  return copy.is(Py_True) ? view.attr("copy")() : view;
}

}  // namespace

PyObject* array_str(PyObject* self) {
  return guard([&] { return PyUnicode_FromString(printed(value_of(self)).c_str()); });
}

// array([[1, 2],
//        [3, 4]], dtype=int64)
PyObject* array_repr(PyObject* self) {
  return guard([&] {
    const Array array = value_of(self);
    std::string out = "array(";
    for (char c : printed(array)) {
      out += c;
      if (c == '\n') out += "      ";
    }
    out += text(", dtype=", array.dtype(), ")");
    return PyUnicode_FromString(out.c_str());
  });
}

PyMethodDef array_methods[] = {
    {"item", item, METH_NOARGS, "The one element as a Python number."},
    {"tolist", to_list, METH_NOARGS, "The elements as nested lists of Python numbers."},
    {"numpy", numpy, METH_NOARGS, "A read-only NumPy array over the same memory."},
    {"eval", eval_method, METH_NOARGS, "Computes the value now; returns the array."},
    {"_flat_list", flat_list, METH_NOARGS, nullptr},
    {"__copy__", copy, METH_NOARGS, nullptr},
    {"__deepcopy__", copy, METH_O, nullptr},
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {"__format__", format, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr}};

PyGetSetDef array_properties[] = {
    {"shape", get_shape, nullptr, "The sizes of the axes.", nullptr},
    {"dtype", get_dtype, nullptr, "The element type.", nullptr},
    {"ndim", get_ndim, nullptr, "The number of axes.", nullptr},
    {"size", get_size, nullptr, "The number of elements.", nullptr},
    {"nbytes", get_nbytes, nullptr, "The bytes that the elements take.", nullptr},
    {"device", get_device, nullptr, "Where the value lies.", nullptr},
    {"requires_grad", get_requires_grad, nullptr, "Whether a gradient can flow through this value.",
     nullptr},
    {"is_ready", get_is_ready, nullptr, "Whether the value is in memory already.", nullptr},
    {"T", get_transposed, nullptr, "The axes in reverse order.", nullptr},
    {"mT", get_matrix_transposed, nullptr, "The last two axes exchanged.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

void bind_array_methods(nb::module_& m) {
  m.def("_array_from_bytes", [](nb::bytes data, nb::handle shape, nb::handle dtype) {
    IntList sizes = to_int_list(shape, "array: shape");
    DType type = to_dtype(dtype);
    check_shape(Shape(sizes.begin(), sizes.end()), size_of(type), "array: shape");
    Shape full(sizes.begin(), sizes.end());
    if (static_cast<size_t>(full.elements()) * size_of(type) != data.size()) {
      throw ValueError(text("array: ", data.size(), " bytes do not make ", type, " ", full));
    }
    return from_data(data.c_str(), std::move(full), type);
  });
  nb::handle type(reinterpret_cast<PyObject*>(array_type));
  auto method = [&](const char* name, auto function, auto... extra) {
    nb::object callable = nb::cpp_function(function, nb::name(name), extra...);
    nb::setattr(type, name, nb::steal(PyInstanceMethod_New(callable.ptr())));
  };
  method("__array__", &as_numpy, nb::arg("self"), nb::arg("dtype") = nb::none(),
         nb::arg("copy") = nb::none());
  method(
      "backward", [](Array self, bool retain_graph) { self.backward(retain_graph); },
      nb::arg("self"), nb::arg("retain_graph") = false,
      "Adds the gradient of this one-element array to `grad` of every parameter that it depends "
      "on.");
  method(
      "__array_namespace__",
      [](nb::handle, std::optional<std::string_view> version) {
        static constexpr std::string_view kVersions[] = {"2021.12", "2022.12", "2023.12",
                                                         "2024.12"};
        if (version && !std::ranges::count(kVersions, *version)) {
          throw ValueError(
              text("__array_namespace__: expected an API version up to 2024.12, got ", *version));
        }
        return nb::module_::import_("lamina");
      },
      nb::arg("self"), nb::kw_only(), nb::arg("api_version") = nb::none());
  method(
      "to_device",
      [](Array self, nb::handle device, nb::handle stream) {
        check_device(device, "to_device");
        if (!stream.is_none()) throw ValueError("to_device: the CPU has no streams");
        return self;
      },
      nb::arg("self"), nb::arg("device"), nb::kw_only(), nb::arg("stream") = nb::none(),
      "The array on a device: itself, since there is the CPU only.");
  method(
      "__complex__",
      [](nb::handle self) {
        const double value = PyFloat_AsDouble(self.ptr());
        if (PyErr_Occurred()) throw nb::python_error();
        return nb::steal(PyComplex_FromDoubles(value, 0));
      },
      nb::arg("self"));
  method(
      "astype",
      [](Array self, nb::handle dtype) { return astype(std::move(self), to_dtype(dtype)); },
      nb::arg("self"), nb::arg("dtype"), "The values as another element type.");
  method(
      "reshape",
      [](Array self, const nb::args& shape) {
        return reshape(std::move(self), sizes_of(shape, "reshape: shape"));
      },
      "The same elements under another shape; one size may be -1.");
  method(
      "transpose",
      [](Array self, const nb::args& axes) {
        bool reversed = axes.size() == 0 || (axes.size() == 1 && axes[0].is_none());
        return transpose(std::move(self), reversed ? IntList{} : sizes_of(axes, "transpose: axes"));
      },
      "The axes in another order; reversed when left out.");
}

}  // namespace lamina::python

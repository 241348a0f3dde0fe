// lm.array, lm.asarray, lm.from_dlpack.
#include "bindings.h"
#include "casters.h"
#include "convert.h"
#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"

namespace lamina::python {
namespace {

std::optional<DType> optional_dtype(nb::handle dtype) {
  return dtype.is_none() ? std::nullopt : std::optional(to_dtype(dtype));
}

Array as_array(nb::handle object, nb::handle dtype, std::optional<bool> copy, nb::handle device) {
  check_device(device, "asarray");
  std::optional<DType> wanted = optional_dtype(dtype);
  if (copy.value_or(false)) return to_array(object.ptr(), wanted);
  if (!copy && !is_array(object.ptr())) return to_array(object.ptr(), wanted);
  Array array;
  if (is_array(object.ptr())) {
    array = as_array_object(object.ptr())->value();
  } else if (PyObject_CheckBuffer(object.ptr())) {
    array = share_buffer(object.ptr());
  } else if (nb::hasattr(object, "__dlpack__")) {
    array = from_dlpack(object.ptr(), false);
  } else {
    throw ValueError(text("asarray: a ", Py_TYPE(object.ptr())->tp_name, " has no memory to share"))
        .help("leave copy=False out");
  }
  if (!wanted || *wanted == array.dtype()) return array;
  if (copy) {
    throw ValueError(text("asarray: ", array.dtype(), " as ", *wanted, " needs a copy"))
        .help("leave copy=False out");
  }
  return astype(std::move(array), *wanted);
}

}  // namespace

void bind_conversion(nb::module_& m) {
  m.def(
      "array",
      [](nb::handle object, nb::handle dtype) {
        return to_array(object.ptr(), optional_dtype(dtype));
      },
      nb::arg("object"), nb::arg("dtype") = nb::none(),
      "An array of the values of numbers, nested lists, NumPy arrays, buffers or DLPack tensors, "
      "copied now.\n"
      "Python's floats become float32, its integers int64; other values keep their type.\n"
      ">>> lm.array([[1, 2], [3, 4]], dtype=lm.float32)\n"
      "[[1, 2],\n"
      " [3, 4]]");
  m.def("asarray", &as_array, nb::arg("object"), nb::arg("dtype") = nb::none(),
        nb::arg("copy") = nb::none(), nb::arg("device") = nb::none(),
        "The object as an array. An Array is returned as it is and anything else copied, unless "
        "copy says\n"
        "otherwise: True always copies; False shares the memory, or raises ValueError. Operations "
        "on shared memory\n"
        "are computed at once, since its owner may change it.\n"
        ">>> lm.asarray([1, 2])\n"
        "[1, 2]");
  m.def(
      "from_dlpack",
      [](nb::handle object, std::optional<bool> copy, nb::handle device) {
        check_device(device, "from_dlpack");
        return from_dlpack(object.ptr(), copy);
      },
      nb::arg("object"), nb::arg("copy") = nb::none(), nb::arg("device") = nb::none(),
      "Shares the memory of an object with __dlpack__; copies it where it does not lie row-major.\n"
      ">>> import numpy\n"
      ">>> lm.from_dlpack(numpy.arange(3))\n"
      "[0, 1, 2]");
}

}  // namespace lamina::python

// Arrays of one value, of ranges, of the identity.
#include "lamina/ops/creation.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/ir/node.h"

namespace lamina::python {
namespace {

std::optional<DType> optional_dtype(nb::handle dtype) {
  return dtype.is_none() ? std::nullopt : std::optional(to_dtype(dtype));
}

bool is_whole(nb::handle number) {
  return number.is_none() || (PyIndex_Check(number.ptr()) && !PyFloat_Check(number.ptr()));
}

double to_real(nb::handle number, const char* what) {
  double value = PyFloat_AsDouble(number.ptr());
  if (PyErr_Occurred()) {
    PyErr_Clear();
    throw DTypeError(text(what, ": expected a number, got ", nb::repr(number).c_str()));
  }
  return value;
}

Array range(nb::handle start, nb::handle stop, nb::handle step, nb::handle dtype) {
  const bool from_zero = stop.is_none();
  if (is_whole(start) && is_whole(stop) && is_whole(step)) {
    const int64_t first = from_zero ? 0 : to_int(start, "arange: start");
    return integer_range(first, to_int(from_zero ? start : stop, "arange: stop"),
                         to_int(step, "arange: step"), to_dtype(dtype, int64));
  }
  const double first = from_zero ? 0 : to_real(start, "arange: start");
  return arange(first, to_real(from_zero ? start : stop, "arange: stop"),
                to_real(step, "arange: step"), to_dtype(dtype, float32));
}

Array filled(nb::handle shape, Array value, nb::handle dtype, nb::handle device) {
  check_device(device, "full");
  const DType type = value.dtype();
  return full(to_int_list(shape, "full: shape"), std::move(value), to_dtype(dtype, type));
}

void bind_constant(nb::module_& m, const char* name, Array (*function)(IntList, DType),
                   Array (*like)(const Array&, std::optional<DType>), const char* what) {
  const std::string document =
      text("An array of ", what, "; float32 when no dtype is given.\n>>> lm.", name,
           "((2, 3)).shape\n(2, 3)");
  m.def(
      name,
      [=](nb::handle shape, nb::handle dtype, nb::handle device) {
        check_device(device, name);
        return function(to_int_list(shape, text(name, ": shape")), to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("dtype") = nb::none(), nb::arg("device") = nb::none(),
      document.c_str());
  const std::string like_name = text(name, "_like");
  const std::string like_document =
      text("An array of ", what, " of x's shape, and of its type when none is given.\n>>> lm.",
           name, "_like(lm.array([1, 2])).dtype\nint64");
  m.def(
      like_name.c_str(),
      [=](Array x, nb::handle dtype, nb::handle device) {
        check_device(device, name);
        return like(x, optional_dtype(dtype));
      },
      nb::arg("x"), nb::arg("dtype") = nb::none(), nb::arg("device") = nb::none(),
      like_document.c_str());
}

void bind_ranges(nb::module_& m) {
  m.def(
      "arange",
      [](nb::handle start, nb::handle stop, nb::handle step, nb::handle dtype, nb::handle device) {
        check_device(device, "arange");
        return range(start, stop, step, dtype);
      },
      nb::arg("start"), nb::arg("stop") = nb::none(), nb::arg("step") = 1,
      nb::arg("dtype") = nb::none(), nb::arg("device") = nb::none(),
      "start, start + step, .. before stop; from 0 when one number is given. Whole numbers give "
      "int64.\n"
      ">>> lm.arange(1, 2, 0.25)\n"
      "[1, 1.25, 1.5, 1.75]");
  m.def(
      "linspace",
      [](nb::handle start, nb::handle stop, nb::handle num, nb::handle dtype, nb::handle device,
         bool endpoint) {
        check_device(device, "linspace");
        return linspace(to_real(start, "linspace: start"), to_real(stop, "linspace: stop"),
                        to_int(num, "linspace: num"), to_dtype(dtype, float32), endpoint);
      },
      nb::arg("start"), nb::arg("stop"), nb::arg("num") = 50, nb::arg("dtype") = nb::none(),
      nb::arg("device") = nb::none(), nb::arg("endpoint") = true,
      "`num` values at equal distances from start to stop, which is left out with endpoint=False.\n"
      ">>> lm.linspace(0, 1, 5)\n"
      "[0, 0.25, 0.5, 0.75, 1]");
}

}  // namespace

void bind_creation(nb::module_& m) {
  bind_constant(m, "zeros", &zeros, &zeros_like, "zeros");
  bind_constant(m, "ones", &ones, &ones_like, "ones");
  bind_constant(m, "empty", &empty, &empty_like, "no particular values");
  m.def("full", &filled, nb::arg("shape"), nb::arg("fill_value"), nb::arg("dtype") = nb::none(),
        nb::arg("device") = nb::none(),
        "An array of one value, of the value's type when no dtype is given.\n"
        ">>> lm.full(3, 7)\n"
        "[7, 7, 7]");
  m.def(
      "full_like",
      [](Array x, Array value, nb::handle dtype, nb::handle device) {
        check_device(device, "full_like");
        return full_like(x, std::move(value), optional_dtype(dtype));
      },
      nb::arg("x"), nb::arg("fill_value"), nb::arg("dtype") = nb::none(),
      nb::arg("device") = nb::none(),
      "An array of one value, of x's shape, and of its type when none is given.\n"
      ">>> lm.full_like(lm.array([1.0, 2.0, 3.0]), 7)\n"
      "[7, 7, 7]");
  bind_ranges(m);
  m.def(
      "eye",
      [](nb::handle rows, nb::handle columns, nb::handle k, nb::handle dtype, nb::handle device) {
        check_device(device, "eye");
        const int64_t height = to_int(rows, "eye: n_rows");
        const int64_t width = columns.is_none() ? height : to_int(columns, "eye: n_cols");
        if (width < 0) throw ShapeError(text("eye: n_cols must not be negative, got ", width));
        return eye(height, width, to_dtype(dtype, float32), to_offset(k, "eye: k"));
      },
      nb::arg("n_rows"), nb::arg("n_cols") = nb::none(), nb::arg("k") = 0,
      nb::arg("dtype") = nb::none(), nb::arg("device") = nb::none(),
      "1 on the k-th diagonal, 0 elsewhere.\n"
      ">>> lm.eye(2)\n"
      "[[1, 0],\n"
      " [0, 1]]");
}

}  // namespace lamina::python

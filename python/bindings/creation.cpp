// Arrays of one value, of ranges, of the identity.
#include "lamina/ops/creation.h"

#include "bindings.h"
#include "casters.h"

namespace lamina::python {

void bind_creation(nb::module_& m) {
  m.def(
      "zeros",
      [](nb::handle shape, nb::handle dtype) {
        return zeros(to_int_list(shape, "zeros: shape"), to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("dtype") = nb::none(),
      "An array of zeros; float32 when no dtype is given.");
  m.def(
      "ones",
      [](nb::handle shape, nb::handle dtype) {
        return ones(to_int_list(shape, "ones: shape"), to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("dtype") = nb::none(),
      "An array of ones; float32 when no dtype is given.");
  m.def(
      "full",
      [](nb::handle shape, Array value, nb::handle dtype) {
        DType type = value.dtype();
        return full(to_int_list(shape, "full: shape"), std::move(value), to_dtype(dtype, type));
      },
      nb::arg("shape"), nb::arg("value"), nb::arg("dtype") = nb::none(),
      "An array of one value, of the value's type when no dtype is given.");
  m.def(
      "zeros_like", [](Array x) { return zeros_like(x); }, nb::arg("x"),
      "Zeros of x's shape and type.");
  m.def(
      "ones_like", [](Array x) { return ones_like(x); }, nb::arg("x"),
      "Ones of x's shape and type.");
  m.def(
      "arange",
      [](nb::handle start, nb::handle stop, nb::handle step, nb::handle dtype) {
        auto is_whole = [](nb::handle number) {
          return number.is_none() || nb::isinstance<nb::int_>(number);
        };
        bool whole = is_whole(start) && is_whole(stop) && is_whole(step);
        double first = stop.is_none() ? 0.0 : nb::cast<double>(start);
        double last = nb::cast<double>(stop.is_none() ? start : stop);
        return arange(first, last, nb::cast<double>(step),
                      to_dtype(dtype, whole ? int64 : float32));
      },
      nb::arg("start"), nb::arg("stop") = nb::none(), nb::arg("step") = 1,
      nb::arg("dtype") = nb::none(),
      "start, start + step, .. before stop; from 0 when one number is given. Whole numbers give "
      "int64.");
  m.def(
      "eye",
      [](int64_t rows, std::optional<int64_t> columns, nb::handle dtype) {
        return eye(rows, columns.value_or(-1), to_dtype(dtype, float32));
      },
      nb::arg("rows"), nb::arg("columns") = nb::none(), nb::arg("dtype") = nb::none(),
      "1 on the diagonal, 0 elsewhere.");
  m.def(
      "linspace",
      [](double start, double stop, int64_t count, nb::handle dtype) {
        return linspace(start, stop, count, to_dtype(dtype, float32));
      },
      nb::arg("start"), nb::arg("stop"), nb::arg("count") = 50, nb::arg("dtype") = nb::none(),
      "`count` values at equal distances from start to stop, both included.");
}

}  // namespace lamina::python

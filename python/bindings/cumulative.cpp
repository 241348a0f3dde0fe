// Running sums and products, differences.
#include "lamina/ops/cumulative.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"

namespace lamina::python {
namespace {

void bind_running(nb::module_& m, const char* name, Array (*function)(Array, CumulativeOptions)) {
  m.def(
      name,
      [=](Array x, std::optional<int> axis, nb::handle dtype, bool include_initial) {
        CumulativeOptions options{axis, std::nullopt, include_initial};
        if (!dtype.is_none()) options.dtype = to_dtype(dtype);
        return function(std::move(x), options);
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("dtype") = nb::none(),
      nb::arg("include_initial") = false, op::find(name)->doc);
}

void bind_extreme(nb::module_& m, const char* name, Array (*function)(Array, std::optional<int>)) {
  m.def(
      name, [=](Array x, std::optional<int> axis) { return function(std::move(x), axis); },
      nb::arg("x"), nb::arg("axis") = nb::none(), op::find(name)->doc);
}

}  // namespace

void bind_cumulative(nb::module_& m) {
  bind_running(m, "cumulative_sum", &cumulative_sum);
  bind_running(m, "cumulative_prod", &cumulative_prod);
  bind_extreme(m, "cumulative_max", &cumulative_max);
  bind_extreme(m, "cumulative_min", &cumulative_min);
  m.def(
      "linear_recurrence",
      [](Array a, Array b, int axis, bool reverse) {
        return linear_recurrence(std::move(a), std::move(b), {axis, reverse});
      },
      nb::arg("a"), nb::arg("b"), nb::arg("axis") = -1, nb::arg("reverse") = false,
      op::find("linear_recurrence")->doc);
  m.def(
      "diff",
      [](Array x, int axis, int64_t n, std::optional<Array> prepend, std::optional<Array> append) {
        return diff(std::move(x), {axis, n, prepend ? std::move(*prepend) : Array(),
                                   append ? std::move(*append) : Array()});
      },
      nb::arg("x"), nb::arg("axis") = -1, nb::arg("n") = 1, nb::arg("prepend") = nb::none(),
      nb::arg("append") = nb::none(),
      "The differences of neighbours along an axis, n times over.\n"
      ">>> lm.diff(lm.array([1, 4, 9]))\n[3, 5]");
}

}  // namespace lamina::python

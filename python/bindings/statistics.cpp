// Order statistics, and statistics that leave out NaN.
#include "lamina/ops/statistics.h"

#include <nanobind/stl/pair.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"

namespace lamina::python {
namespace {

void bind_reduction(nb::module_& m, const char* name, Array (*function)(Array, ReduceOptions),
                    const char* doc) {
  m.def(
      name,
      [=](Array x, nb::handle axis, bool keepdims) {
        return function(std::move(x), {to_axes(axis, text(name, ": axis")), keepdims});
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false, doc);
}

void bind_variance(nb::module_& m, const char* name, Array (*function)(Array, VarianceOptions),
                   const char* doc) {
  m.def(
      name,
      [=](Array x, nb::handle axis, double correction, bool keepdims) {
        return function(std::move(x), {to_axes(axis, text(name, ": axis")), correction, keepdims});
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("correction") = 0.0,
      nb::arg("keepdims") = false, doc);
}

void bind_quantile(nb::module_& m, const char* name,
                   Array (*function)(Array, Array, const QuantileOptions&), const char* doc) {
  m.def(
      name,
      [=](Array x, Array q, nb::handle axis, std::string method, bool keepdims) {
        return function(std::move(x), std::move(q),
                        {to_axes(axis, text(name, ": axis")), std::move(method), keepdims});
      },
      nb::arg("x"), nb::arg("q"), nb::arg("axis") = nb::none(), nb::arg("method") = "linear",
      nb::arg("keepdims") = false, doc);
}

nb::tuple pair_of(Located found) {
  return nb::make_tuple(std::move(found.values), std::move(found.indices));
}

void bind_located(nb::module_& m) {
  m.def(
      "mode",
      [](Array x, int axis, bool keepdims) {
        return pair_of(mode(std::move(x), {axis, keepdims}));
      },
      nb::arg("x"), nb::arg("axis") = -1, nb::arg("keepdims") = false, op::find("mode")->doc);
  m.def(
      "kthvalue",
      [](Array x, int64_t k, int axis, bool keepdims) {
        return pair_of(kthvalue(std::move(x), k, {axis, keepdims}));
      },
      nb::arg("x"), nb::arg("k"), nb::arg("axis") = -1, nb::arg("keepdims") = false,
      "The k-th smallest value along an axis, k from 1, and where it stands.\n"
      ">>> lm.kthvalue(lm.array([5, 1, 3]), 2)[0]\n3");
  m.def(
      "unique_consecutive",
      [](Array x, std::optional<int> axis) {
        UniqueConsecutive runs = unique_consecutive(std::move(x), {axis});
        return nb::make_tuple(std::move(runs.values), std::move(runs.inverse_indices),
                              std::move(runs.counts));
      },
      nb::arg("x"), nb::arg("axis") = nb::none(),
      "One of each run of equal elements, the number of each element's run, and their lengths.\n"
      ">>> lm.unique_consecutive(lm.array([1, 1, 2, 1]))[0]\n[1, 2, 1]");
}

}  // namespace

void bind_statistics(nb::module_& m) {
  bind_quantile(m, "quantile", &quantile,
                "The value under which a share q (0 .. 1) of the elements lies.\n"
                ">>> lm.quantile(lm.array([1.0, 2.0, 4.0]), 0.75)\n3");
  bind_quantile(m, "percentile", &percentile,
                "quantile with q in 0 .. 100.\n"
                ">>> lm.percentile(lm.array([1.0, 2.0, 3.0]), 50)\n"
                "2");
  bind_quantile(m, "nanquantile", &nanquantile,
                "quantile of the elements that are not NaN.\n"
                ">>> lm.nanquantile(lm.array([1.0, float(\"nan\"), 3.0]), 0.5)\n"
                "2");
  bind_quantile(m, "nanpercentile", &nanpercentile,
                "percentile of the elements that are not NaN.\n"
                ">>> lm.nanpercentile(lm.array([1.0, float(\"nan\"), 3.0]), 50)\n"
                "2");
  bind_reduction(m, "median", &median,
                 "The middle element along axes; the mean of two where there are two.\n"
                 ">>> lm.median(lm.array([3.0, 1.0, 2.0, 9.0]))\n2.5");
  bind_reduction(m, "nanmedian", &nanmedian,
                 "The median of the elements that are not NaN.\n"
                 ">>> lm.nanmedian(lm.array([1.0, float(\"nan\"), 3.0]))\n"
                 "2");
  bind_reduction(m, "nansum", &nansum,
                 "The sum of the elements that are not NaN.\n"
                 ">>> lm.nansum(lm.array([1.0, float(\"nan\"), 3.0]))\n"
                 "4");
  bind_reduction(m, "nanprod", &nanprod,
                 "The product of the elements that are not NaN.\n"
                 ">>> lm.nanprod(lm.array([1.0, float(\"nan\"), 3.0]))\n"
                 "3");
  bind_reduction(m, "nanmean", &nanmean,
                 "The average of the elements that are not NaN.\n"
                 ">>> lm.nanmean(lm.array([1.0, float(\"nan\"), 3.0]))\n"
                 "2");
  bind_reduction(m, "nanmax", &nanmax,
                 "The largest element that is not NaN.\n"
                 ">>> lm.nanmax(lm.array([1.0, float(\"nan\"), 3.0]))\n"
                 "3");
  bind_reduction(m, "nanmin", &nanmin,
                 "The smallest element that is not NaN.\n"
                 ">>> lm.nanmin(lm.array([1.0, float(\"nan\"), 3.0]))\n"
                 "1");
  bind_variance(m, "nanvar", &nanvar,
                "The variance of the elements that are not NaN.\n"
                ">>> lm.nanvar(lm.array([1.0, float(\"nan\"), 3.0]))\n"
                "1");
  bind_variance(m, "nanstd", &nanstd,
                "The standard deviation of the elements that are not NaN.\n"
                ">>> lm.nanstd(lm.array([1.0, float(\"nan\"), 3.0]))\n"
                "1");
  bind_located(m);
  m.def(
      "rot90",
      [](Array x, int k, std::pair<int, int> axes) {
        return rot90(std::move(x), k, axes.first, axes.second);
      },
      nb::arg("x"), nb::arg("k") = 1, nb::arg("axes") = std::pair(0, 1),
      "Turned by 90 degrees k times, from the first axis towards the second.\n"
      ">>> lm.rot90(lm.array([[1, 2], [3, 4]]))\n"
      "[[2, 4],\n"
      " [1, 3]]");
  m.def("fliplr", &fliplr, nb::arg("x"),
        "Axis 1 reversed.\n"
        ">>> lm.fliplr(lm.array([[1, 2], [3, 4]]))\n"
        "[[2, 1],\n"
        " [4, 3]]");
  m.def("flipud", &flipud, nb::arg("x"),
        "Axis 0 reversed.\n"
        ">>> lm.flipud(lm.array([[1, 2], [3, 4]]))\n"
        "[[3, 4],\n"
        " [1, 2]]");
}

}  // namespace lamina::python

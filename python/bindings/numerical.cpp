// Calculus, statistics of several variables and polynomials on samples; histograms of points.
#include "lamina/ops/numerical.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/ops/binning.h"
#include "lamina/ops/statistics.h"

namespace lamina::python {
namespace {

Array or_nothing(std::optional<Array> x) { return x ? std::move(*x) : Array(); }

nb::tuple tuple_of(std::vector<Array> arrays) {
  nb::list list;
  for (Array& array : arrays) list.append(nb::cast(std::move(array)));
  return nb::tuple(list);
}

void bind_calculus(nb::module_& m) {
  m.def(
      "gradient",
      [](Array x, const nb::args& spacing, nb::handle axis, int edge_order) -> nb::object {
        GradientOptions options{.axis = to_axes(axis, "gradient: axis"), .edge_order = edge_order};
        for (nb::handle one : spacing) {
          options.spacing.push_back(to_argument(one.ptr(), "gradient", "spacing"));
        }
        std::vector<Array> results = gradient(std::move(x), options);
        if (results.size() == 1) return nb::cast(std::move(results[0]));
        return tuple_of(std::move(results));
      },
      nb::arg("x"), nb::arg("spacing"), nb::kw_only(), nb::arg("axis") = nb::none(),
      nb::arg("edge_order") = 1,
      "The derivative of samples along axes: central differences inside, one-sided ones at both "
      "ends. spacing: the\ndistance of samples or their coordinates, one for all axes or for each.\n"
      ">>> lm.gradient(lm.array([0.0, 1.0, 4.0, 9.0]))\n[1, 2, 4, 5]");
  const auto integral = [&m](const char* name, Array (*function)(Array, const TrapezoidOptions&),
                             const char* doc) {
    m.def(
        name,
        [function](Array y, std::optional<Array> x, Array dx, int axis) {
          return function(std::move(y), {or_nothing(std::move(x)), std::move(dx), axis});
        },
        nb::arg("y"), nb::arg("x") = nb::none(), nb::arg("dx") = 1.0, nb::arg("axis") = -1, doc);
  };
  integral("trapezoid", &trapezoid,
           "The integral of samples along an axis by trapezoids.\n"
           ">>> lm.trapezoid(lm.array([1.0, 2.0, 4.0]))\n4.5");
  integral("cumulative_trapezoid", &cumulative_trapezoid,
           "The running integral of samples, one value less than samples.\n"
           ">>> lm.cumulative_trapezoid(lm.array([1.0, 2.0, 4.0]))\n[1.5, 4.5]");
  m.def(
      "unwrap",
      [](Array x, int axis, double period) { return unwrap(std::move(x), {axis, period}); },
      nb::arg("x"), nb::arg("axis") = -1, nb::arg("period") = 6.283185307179586477,
      "x with whole periods added so that neighbours differ by half a period at most.\n"
      ">>> lm.unwrap(lm.array([0.0, 3.0, 1.0]), period=4.0)\n[0, -1, -3]");
}

void bind_variables(nb::module_& m) {
  m.def(
      "cov", [](Array x, double correction) { return cov(std::move(x), {correction}); },
      nb::arg("x"), nb::arg("correction") = 1.0,
      "Covariances of variables: [variables, observations] -> [variables, variables].\n"
      ">>> lm.cov(lm.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))\n[[1, -1],\n [-1, 1]]");
  m.def("corrcoef", &corrcoef, nb::arg("x"),
        "Correlations of variables: [variables, observations] -> [variables, variables].\n"
        ">>> lm.corrcoef(lm.array([[1.0, 2.0, 3.0], [6.0, 4.0, 2.0]]))\n[[1, -1],\n [-1, 1]]");
  m.def("cross", &cross, nb::arg("x"), nb::arg("y"), nb::arg("axis") = -1,
        "The cross product of vectors of three.\n"
        ">>> lm.cross(lm.array([1, 0, 0]), lm.array([0, 1, 0]))\n[0, 0, 1]");
  m.def(
      "ptp",
      [](Array x, nb::handle axis, bool keepdims) {
        return ptp(std::move(x), {to_axes(axis, "ptp: axis"), keepdims});
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false,
      "The distance between the largest and the smallest value.\n"
      ">>> lm.ptp(lm.array([3, 9, 5]))\n6");
  m.def(
      "average",
      [](Array x, nb::handle axis, std::optional<Array> weights, bool keepdims) {
        return average(std::move(x), {to_axes(axis, "average: axis"),
                                      or_nothing(std::move(weights)), keepdims});
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("weights") = nb::none(),
      nb::arg("keepdims") = false,
      "The mean with weights of x's shape, or [N] along one axis.\n"
      ">>> lm.average(lm.array([1.0, 4.0]), weights=lm.array([2.0, 1.0]))\n2");
  const auto extreme = [&m](const char* name, Array (*function)(Array, ArgOptions),
                            const char* doc) {
    m.def(
        name,
        [function](Array x, std::optional<int> axis, bool keepdims) {
          return function(std::move(x), {axis, keepdims});
        },
        nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false, doc);
  };
  extreme("nanargmax", &nanargmax,
          "The place of the largest element that is not NaN.\n"
          ">>> lm.nanargmax(lm.array([1.0, float(\"nan\"), 3.0]))\n2");
  extreme("nanargmin", &nanargmin,
          "The place of the smallest element that is not NaN.\n"
          ">>> lm.nanargmin(lm.array([float(\"nan\"), 1.0, 3.0]))\n1");
}

void bind_polynomials(nb::module_& m) {
  m.def("polyval", &polyval, nb::arg("coefficients"), nb::arg("x"),
        "A polynomial at x; the coefficient of the highest power comes first.\n"
        ">>> lm.polyval(lm.array([1, 0, 2]), lm.array([3, 4]))\n[11, 18]");
  m.def(
      "vander",
      [](Array x, std::optional<int64_t> columns, bool increasing) {
        if (columns && *columns < 0) {
          throw ValueError(text("vander: columns must not be negative, got ", *columns));
        }
        return vander(std::move(x), {columns.value_or(-1), increasing});
      },
      nb::arg("x"), nb::arg("columns") = nb::none(), nb::arg("increasing") = false,
      "The powers of x as columns, the highest first.\n"
      ">>> lm.vander(lm.array([2, 3]), 3)\n[[4, 2, 1],\n [9, 3, 1]]");
  m.def("convolve", &convolve, nb::arg("a"), nb::arg("b"), nb::arg("mode") = "full",
        "The discrete convolution of two vectors.\n"
        ">>> lm.convolve(lm.array([1, 2, 3]), lm.array([0, 1]))\n[0, 1, 2, 3]");
  m.def("correlate", &correlate, nb::arg("a"), nb::arg("b"), nb::arg("mode") = "valid",
        "Sums of products of a and b at every shift.\n"
        ">>> lm.correlate(lm.array([1, 2, 3]), lm.array([0, 1]))\n[2, 3]");
}

// 10, (10, 20), or a list of edges; None or [(low, high), ..].
HistogramddOptions to_boxes(nb::handle bins, nb::handle range, std::optional<Array> weights,
                            bool density) {
  HistogramddOptions options;
  const bool numbers = nb::isinstance<nb::int_>(bins);
  if (!numbers && !PySequence_Check(bins.ptr())) {
    throw DTypeError(text("histogramdd: expected a number of bins, or numbers or edges of each "
                          "axis, got ", nb::repr(bins).c_str()));
  }
  if (numbers || nb::len(bins) == 0 ||
      nb::isinstance<nb::int_>(nb::steal(PySequence_GetItem(bins.ptr(), 0)))) {
    options.bins = to_int_list(bins, "histogramdd: bins");
  } else {
    for (nb::handle edges : bins) {
      options.edges.push_back(to_argument(edges.ptr(), "histogramdd", "bins"));
    }
  }
  if (!range.is_none()) {
    if (!PySequence_Check(range.ptr())) {
      throw DTypeError("histogramdd: expected (low, high) of each axis as range");
    }
    for (nb::handle pair : range) {
      if (!PySequence_Check(pair.ptr()) || nb::len(pair) != 2) {
        throw ValueError(text("histogramdd: expected (low, high) of each axis as range, got ",
                              nb::repr(range).c_str()));
      }
      options.low.push_back(to_argument(nb::object(pair[0]).ptr(), "histogramdd", "range"));
      options.high.push_back(to_argument(nb::object(pair[1]).ptr(), "histogramdd", "range"));
    }
  }
  options.weights = or_nothing(std::move(weights));
  options.density = density;
  return options;
}

void bind_boxes(nb::module_& m) {
  m.def(
      "histogramdd",
      [](Array x, nb::handle bins, nb::handle range, std::optional<Array> weights, bool density) {
        Histogramdd result =
            histogramdd(std::move(x), to_boxes(bins, range, std::move(weights), density));
        return nb::make_tuple(std::move(result.counts), tuple_of(std::move(result.edges)));
      },
      nb::arg("x"), nb::arg("bins") = 10, nb::arg("range") = nb::none(),
      nb::arg("weights") = nb::none(), nb::arg("density") = false,
      "Counts of points [N, D] in boxes, and the edges of each axis.\n"
      ">>> lm.histogramdd(lm.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.9]]), bins=2)[0]\n"
      "[[1, 0],\n [0, 2]]");
  m.def(
      "histogram2d",
      [](Array x, Array y, nb::handle bins, nb::handle range, std::optional<Array> weights,
         bool density) {
        Histogramdd result = histogram2d(std::move(x), std::move(y),
                                         to_boxes(bins, range, std::move(weights), density));
        return nb::make_tuple(std::move(result.counts), std::move(result.edges[0]),
                              std::move(result.edges[1]));
      },
      nb::arg("x"), nb::arg("y"), nb::arg("bins") = 10, nb::arg("range") = nb::none(),
      nb::arg("weights") = nb::none(), nb::arg("density") = false,
      "Counts of points (x, y) in boxes, and the edges of both axes.\n"
      ">>> lm.histogram2d(lm.array([0.0, 1.0]), lm.array([0.0, 1.0]), bins=2)[0]\n"
      "[[1, 0],\n [0, 1]]");
}

}  // namespace

void bind_numerical(nb::module_& m) {
  bind_calculus(m);
  bind_variables(m);
  bind_polynomials(m);
  bind_boxes(m);
}

}  // namespace lamina::python

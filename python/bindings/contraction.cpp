// Products over chosen axes, diagonals, bins.
#include "lamina/ops/contraction.h"

#include <nanobind/stl/pair.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"
#include "lamina/ops/binning.h"

namespace lamina::python {
namespace {

void bind_diagonals(nb::module_& m) {
  m.def("diagonal", &diagonal, nb::arg("x"), nb::arg("offset") = 0, nb::arg("axis1") = 0,
        nb::arg("axis2") = 1, op::find("diagonal")->doc);
  m.def("trace", &trace, nb::arg("x"), nb::arg("offset") = 0, nb::arg("axis1") = 0,
        nb::arg("axis2") = 1,
        "The sum of a diagonal.\n"
        ">>> lm.trace(lm.array([[1, 2], [3, 4]]))\n"
        "5");
  m.def("diag_embed", &diag_embed, nb::arg("x"), nb::arg("offset") = 0, nb::arg("axis1") = -2,
        nb::arg("axis2") = -1,
        "x [.., length] as the diagonal of zeros.\n"
        ">>> lm.diag_embed(lm.array([1, 2]))\n"
        "[[1, 0],\n"
        " [0, 2]]");
  m.def("diag", &diag, nb::arg("x"), nb::arg("offset") = 0,
        "The diagonal of a matrix, or the matrix with this diagonal.\n"
        ">>> lm.diag(lm.array([1, 2]))\n[[1, 0],\n [0, 2]]");
}

void bind_bins(nb::module_& m) {
  m.def(
      "digitize",
      [](Array x, Array bins, bool right) {
        return digitize(std::move(x), std::move(bins), {right});
      },
      nb::arg("x"), nb::arg("bins"), nb::arg("right") = false, op::find("digitize")->doc);
  m.def(
      "bincount",
      [](Array x, std::optional<Array> weights, int64_t minlength, std::optional<int64_t> size) {
        return bincount(std::move(x), {weights ? *weights : Array(), minlength, size});
      },
      nb::arg("x"), nb::arg("weights") = nb::none(), nb::arg("minlength") = 0,
      nb::arg("size") = nb::none(),
      "How often each number 0, 1, .. stands in x.\n>>> lm.bincount(lm.array([0, 2, 2]))\n"
      "[1, 0, 2]");
  m.def(
      "histogram",
      [](Array x, nb::handle bins, nb::handle range, std::optional<Array> weights, bool density) {
        HistogramOptions options;
        if (nb::isinstance<nb::int_>(bins)) {
          options.bins = to_int(bins, "histogram: bins");
        } else {
          options.edges = to_argument(bins.ptr(), "histogram", "bins");
        }
        if (!range.is_none()) {
          if (!PySequence_Check(range.ptr()) || nb::len(range) != 2) {
            throw ValueError(text("histogram: expected (low, high) as range, got ",
                                  nb::repr(range).c_str()));
          }
          options.low = to_argument(nb::object(range[0]).ptr(), "histogram", "range");
          options.high = to_argument(nb::object(range[1]).ptr(), "histogram", "range");
        }
        if (weights) options.weights = *weights;
        options.density = density;
        Histogram result = histogram(std::move(x), options);
        return nb::make_tuple(std::move(result.counts), std::move(result.edges));
      },
      nb::arg("x"), nb::arg("bins") = 10, nb::arg("range") = nb::none(),
      nb::arg("weights") = nb::none(), nb::arg("density") = false,
      "Counts of x in bins of equal width (or between given edges), and the edges.\n"
      ">>> lm.histogram(lm.array([1.0, 2.0, 2.5, 4.0]), bins=3)[0]\n[1, 2, 1]");
  m.def(
      "interp",
      [](Array x, Array xp, Array fp, std::optional<Array> left, std::optional<Array> right) {
        return interp(std::move(x), std::move(xp), std::move(fp),
                      {left ? *left : Array(), right ? *right : Array()});
      },
      nb::arg("x"), nb::arg("xp"), nb::arg("fp"), nb::arg("left") = nb::none(),
      nb::arg("right") = nb::none(),
      "The piecewise linear function through (xp, fp) at x.\n"
      ">>> lm.interp(1.5, lm.array([1.0, 2.0]), lm.array([0.0, 8.0]))\n4");
}

}  // namespace

void bind_contraction(nb::module_& m) {
  m.def(
      "einsum",
      [](const std::string& equation, const nb::args& operands) {
        std::vector<Array> arrays;
        for (nb::handle operand : operands) 
          arrays.push_back(to_argument(operand.ptr(), "einsum", "operands"));
        return einsum(equation, std::move(arrays));
      },
      nb::arg("equation"), nb::arg("operands"),
      "Products summed over the axes whose letters are missing from the result.\n"
      ">>> lm.einsum(\"ij,j->i\", lm.array([[1, 2], [3, 4]]), lm.array([1, 1]))\n[3, 7]");
  m.def("outer", &outer, nb::arg("a"), nb::arg("b"),
        "All products a[i] b[j]: [M], [N] -> [M, N].\n"
        ">>> lm.outer(lm.array([1, 2]), lm.array([3, 4]))\n"
        "[[3, 4],\n"
        " [6, 8]]");
  m.def("inner", &inner, nb::arg("a"), nb::arg("b"),
        "Sums of products over the last axes.\n"
        ">>> lm.inner(lm.array([1, 2]), lm.array([3, 4]))\n"
        "11");
  m.def("kron", &kron, nb::arg("a"), nb::arg("b"),
        "Every element of a times all of b, side by side.\n"
        ">>> lm.kron(lm.array([1, 2]), lm.array([1, 10]))\n[1, 10, 2, 20]");
  bind_diagonals(m);
  bind_bins(m);
}

}  // namespace lamina::python

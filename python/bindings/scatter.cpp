// Entries written to places given by index, segments, running extremes.
#include "lamina/ops/scatter.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/running.h"

namespace lamina::python {
namespace {

using Segment = Array (*)(Array, Array, int64_t);

void bind_segment(nb::module_& m, const char* name, Segment function, const char* doc) {
  m.def(name, function, nb::arg("x"), nb::arg("segments"), nb::arg("count"), doc);
}

void bind_running(nb::module_& m, const char* name, RunningExtreme (*function)(Array, int)) {
  m.def(
      name,
      [=](Array x, int axis) {
        RunningExtreme result = function(std::move(x), axis);
        return nb::make_tuple(std::move(result.values), std::move(result.indices));
      },
      nb::arg("x"), nb::arg("axis") = -1, op::find(name)->doc);
}

}  // namespace

void bind_scatter(nb::module_& m) {
  m.def(
      "put_along_axis",
      [](Array x, Array indices, Array values, int axis, std::string reduction, bool include_self) {
        return put_along_axis(std::move(x), std::move(indices), std::move(values), axis,
                              {std::move(reduction), include_self});
      },
      nb::arg("x"), nb::arg("indices"), nb::arg("values"), nb::arg("axis") = -1,
      nb::arg("reduction") = "assign", nb::arg("include_self") = true,
      op::find("put_along_axis")->doc);
  m.def(
      "scatter",
      [](Array x, Array indices, Array updates, int axis, std::string reduction,
         bool include_self) {
        return scatter(std::move(x), std::move(indices), std::move(updates), axis,
                       {std::move(reduction), include_self});
      },
      nb::arg("x"), nb::arg("indices"), nb::arg("updates"), nb::arg("axis") = 0,
      nb::arg("reduction") = "assign", nb::arg("include_self") = true,
      "x with whole entries of an axis combined into those at indices [P]; reduction \"assign\", "
      "\"add\", \"multiply\", \"mean\", \"max\" or \"min\".\n"
      ">>> lm.scatter(lm.array([1, 2, 3]), lm.array([0, 0]), lm.array([4, 5]), reduction=\"add\")\n"
      "[10, 2, 3]");
  m.def("index_fill", &index_fill, nb::arg("x"), nb::arg("indices"), nb::arg("value"),
        nb::arg("axis") = 0,
        "x with one value at all entries of the axis that indices name.\n"
        ">>> lm.index_fill(lm.zeros(3), lm.array([1]), 7, axis=0)\n"
        "[0, 7, 0]");
  m.def(
      "add_along_axis",
      [](Array x, Array indices, Array updates, int axis) {
        return add_along_axis(std::move(x), std::move(indices), std::move(updates), axis);
      },
      nb::arg("x"), nb::arg("indices"), nb::arg("updates"), nb::arg("axis") = -1,
      op::find("add_along_axis")->doc);
  bind_segment(m, "segment_sum", &segment_sum,
               "Rows with the same number in segments added up: [count, ..].\n"
               ">>> lm.segment_sum(lm.array([1, 2, 3]), lm.array([0, 2, 0]), 3)\n[4, 0, 2]");
  bind_segment(m, "segment_mean", &segment_mean,
               "The mean of each segment; 0 where it is empty.\n"
               ">>> lm.segment_mean(lm.array([1.0, 2.0, 3.0]), lm.array([0, 0, 1]), 2)\n"
               "[1.5, 3]");
  bind_segment(m, "segment_prod", &segment_prod,
               "The product of each segment; 1 where empty.\n"
               ">>> lm.segment_prod(lm.array([1.0, 2.0, 3.0]), lm.array([0, 1, 1]), 2)\n"
               "[1, 6]");
  bind_segment(m, "segment_max", &segment_max,
               "The greatest of each segment; the type's least value where it is empty.\n"
               ">>> lm.segment_max(lm.array([1.0, 2.0, 3.0]), lm.array([0, 0, 1]), 2)\n"
               "[2, 3]");
  bind_segment(m, "segment_min", &segment_min,
               "The least of each segment; the type's greatest value where it is empty.\n"
               ">>> lm.segment_min(lm.array([1.0, 2.0, 3.0]), lm.array([0, 0, 1]), 2)\n"
               "[1, 3]");
  bind_running(m, "cummax", &cummax);
  bind_running(m, "cummin", &cummin);
  m.def("logcumsumexp", &logcumsumexp, nb::arg("x"), nb::arg("axis") = -1,
        op::find("logcumsumexp")->doc);
}

}  // namespace lamina::python

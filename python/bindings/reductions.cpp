// Reductions of one array along axes.
#include "lamina/ops/reduction.h"

#include <nanobind/stl/pair.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"

namespace lamina::python {
namespace {

using Reduce = Array (*)(Array, ReduceOptions);

void bind_reduction(nb::module_& m, const char* name, Reduce function, const char* doc) {
  m.def(
      name,
      [=](Array x, nb::handle axis, bool keepdims) {
        return function(std::move(x), {to_axes(axis, text(name, ": axis")), keepdims});
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false, doc);
  add_methods(m, {name});
}

// Sums and products may be computed in another type.
void bind_total(nb::module_& m, const Op& op) {
  m.def(
      op.name,
      [&op](Array x, nb::handle axis, bool keepdims, nb::handle dtype) {
        ReduceOptions options{to_axes(axis, text(op.name, ": axis")), keepdims};
        if (!dtype.is_none()) options.dtype = to_dtype(dtype);
        return record_reduction(op, std::move(x), options);
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false,
      nb::arg("dtype") = nb::none(), op.doc);
  add_methods(m, {op.name});
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
  add_methods(m, {name});
}

void bind_position(nb::module_& m, const char* name, Array (*function)(Array, ArgOptions)) {
  const Op* op = op::find(name);
  m.def(
      name,
      [=](Array x, std::optional<int> axis, bool keepdims) {
        return function(std::move(x), {axis, keepdims});
      },
      nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false, op ? op->doc : "");
  add_methods(m, {name});
}

}  // namespace

void bind_reductions(nb::module_& m) {
  for (const Op* op : op::all()) {
    if (!op->monoid) continue;
    if (op->monoid == Monoid::Sum || op->monoid == Monoid::Product) {
      bind_total(m, *op);
      continue;
    }
    m.def(
        op->name,
        [op](Array x, nb::handle axis, bool keepdims) {
          return record_reduction(*op, std::move(x),
                                  {to_axes(axis, text(op->name, ": axis")), keepdims});
        },
        nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false, op->doc);
    add_methods(m, {op->name});
  }
  bind_reduction(m, "mean", &mean,
                 "The average along axes; integers are averaged as float32.\n"
                 ">>> lm.mean(lm.array([1.0, 2.0, 3.0]))\n"
                 "2");
  bind_reduction(m, "logsumexp", &logsumexp,
                 "log(sum(exp(x))) along axes, exact for large differences.\n"
                 ">>> lm.logsumexp(lm.array([0.0, 0.0]))\n"
                 "0.693147");
  bind_variance(m, "var", &var,
                "The variance along axes, divided by N - correction.\n"
                ">>> lm.var(lm.array([1.0, 2.0, 3.0]))\n"
                "0.666667");
  bind_variance(m, "std", &lamina::std,
                "The standard deviation along axes: the root of var.\n"
                ">>> lm.std(lm.array([1.0, 2.0]))\n"
                "0.5");
  bind_position(m, "argmax", &argmax);
  bind_position(m, "argmin", &argmin);
}

}  // namespace lamina::python

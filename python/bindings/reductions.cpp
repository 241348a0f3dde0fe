// Reductions of one array along axes.
#include "lamina/ops/reduction.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"

namespace lamina::python {

void bind_reductions(nb::module_& m) {
  for (const Op* op : op::all()) {
    if (!op->monoid) continue;
    m.def(
        op->name,
        [op](Array x, nb::handle axis, bool keepdims) {
          return record_reduction(*op, std::move(x), {to_axes(axis, text(op->name, ": axis")), keepdims});
        },
        nb::arg("x"), nb::arg("axis") = nb::none(), nb::arg("keepdims") = false, op->doc);
    add_methods(m, {op->name});
  }
}

}  // namespace lamina::python

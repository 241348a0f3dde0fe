// Functions that move elements without computing.
#include "lamina/ops/movement.h"

#include "bindings.h"
#include "casters.h"

namespace lamina::python {

void bind_movement(nb::module_& m) {
  m.def(
      "reshape", [](Array x, nb::handle shape) { return reshape(std::move(x), to_int_list(shape, "reshape: shape")); },
      nb::arg("x"), nb::arg("shape"), "The same elements under another shape; one size may be -1.");
  m.def(
      "transpose",
      [](Array x, nb::handle axes) {
        return transpose(std::move(x), axes.is_none() ? IntList{} : to_int_list(axes, "transpose: axes"));
      },
      nb::arg("x"), nb::arg("axes") = nb::none(), "The axes in another order; reversed when left out.");
  m.def(
      "broadcast_to",
      [](Array x, nb::handle shape) { return broadcast_to(std::move(x), to_int_list(shape, "broadcast_to: shape")); },
      nb::arg("x"), nb::arg("shape"), "x repeated along axes of size 1 and along new leading axes.");
}

}  // namespace lamina::python

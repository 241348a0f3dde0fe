// Functions that move elements without computing.
#include "lamina/ops/movement.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/ops/elementwise.h"

namespace lamina::python {
namespace {

IntList axes_or_none(nb::handle axes, const char* what) {
  return axes.is_none() ? IntList{} : to_int_list(axes, what);
}

}  // namespace

void bind_movement(nb::module_& m) {
  m.def("reshape",
        [](Array x, nb::handle shape) { return reshape(std::move(x), to_int_list(shape, "reshape: shape")); },
        nb::arg("x"), nb::arg("shape"), "The same elements under another shape; one size may be -1.");
  m.def("flatten", [](Array x, int start, int end) { return flatten(std::move(x), start, end); }, nb::arg("x"),
        nb::arg("start_axis") = 0, nb::arg("end_axis") = -1, "Makes one axis of several.");
  m.def("transpose",
        [](Array x, nb::handle axes) { return transpose(std::move(x), axes_or_none(axes, "transpose: axes")); },
        nb::arg("x"), nb::arg("axes") = nb::none(), "The axes in another order; reversed when left out.");
  m.def("swapaxes", [](Array x, int a, int b) { return swapaxes(std::move(x), a, b); }, nb::arg("x"),
        nb::arg("axis1"), nb::arg("axis2"), "Exchanges two axes.");
  m.def("broadcast_to",
        [](Array x, nb::handle shape) { return broadcast_to(std::move(x), to_int_list(shape, "broadcast_to: shape")); },
        nb::arg("x"), nb::arg("shape"), "x repeated along axes of size 1 and along new leading axes.");
  m.def("expand_dims",
        [](Array x, nb::handle axis) { return expand_dims(std::move(x), to_int_list(axis, "expand_dims: axis")); },
        nb::arg("x"), nb::arg("axis"), "New axes of size 1, at these places of the result.");
  m.def("squeeze", [](Array x, nb::handle axis) { return squeeze(std::move(x), axes_or_none(axis, "squeeze: axis")); },
        nb::arg("x"), nb::arg("axis") = nb::none(), "Drops axes of size 1; all of them when axis is left out.");
  m.def("astype", [](Array x, nb::handle dtype) { return astype(std::move(x), to_dtype(dtype)); }, nb::arg("x"),
        nb::arg("dtype"), "The values as another element type; x itself when it has the type.");
  m.attr("cast") = m.attr("astype");
  add_methods(m, {"flatten", "swapaxes", "squeeze"});
}

}  // namespace lamina::python

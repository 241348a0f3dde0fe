// Element-wise functions that are not ops themselves: other names, and compositions.
#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"
#include "lamina/ops/elementwise.h"

namespace lamina::python {

void bind_arithmetic(nb::module_& m) {
  m.attr("abs") = m.attr("absolute");
  m.attr("pow") = m.attr("power");
  m.def(
      "nextafter", [](Array x, Array y) { return nextafter(std::move(x), std::move(y)); },
      nb::arg("x1"), nb::arg("x2"), op::find("nextafter")->doc);
  m.def(
      "positive", [](Array x) { return positive(std::move(x)); }, nb::arg("x"),
      "x itself.\n"
      ">>> lm.positive(lm.array([-1, 2]))\n"
      "[-1, 2]");
  m.def(
      "real", [](Array x) { return real(std::move(x)); }, nb::arg("x"),
      "The real part: x itself, since no element type is complex.\n"
      ">>> lm.real(lm.array([1.0]))\n"
      "[1]");
  m.def(
      "imag", [](Array x) { return imag(std::move(x)); }, nb::arg("x"),
      "The imaginary part: zeros, since no element type is complex.\n"
      ">>> lm.imag(lm.array([1.0]))\n"
      "[0]");
  m.def(
      "conj", [](Array x) { return conj(std::move(x)); }, nb::arg("x"),
      "The complex conjugate: x itself, since no element type is complex.\n"
      ">>> lm.conj(lm.array([1.0]))\n"
      "[1]");
  m.def(
      "_clip",
      [](Array x, std::optional<Array> min, std::optional<Array> max) {
        return clip(std::move(x), min ? std::move(*min) : Array(), max ? std::move(*max) : Array());
      },
      nb::arg("x"), nb::arg("min") = nb::none(), nb::arg("max") = nb::none());
}

}  // namespace lamina::python

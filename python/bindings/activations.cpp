// Activations that are not element-wise ops with arrays alone; those come from the table of ops.
#include "lamina/ops/activations.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"

namespace lamina::python {

void bind_activation_functions(nb::module_& m) {
  nb::delattr(m, "gelu");  // the op's function, without `approximate`
  m.def(
      "gelu",
      [](Array x, const std::string& approximate) { return gelu(std::move(x), approximate); },
      nb::arg("x"), nb::arg("approximate") = "none",
      "Gaussian error linear unit: x Phi(x), exactly or by its approximation with tanh.\n"
      ">>> lm.gelu(lm.array([-1.0, 0.0, 1.0]))\n[-0.158655, 0, 0.841345]");
  m.def("prelu", &prelu, nb::arg("x"), nb::arg("weight"),
        "leaky_relu with one slope for each channel of x [N, C, ..], or one for all.\n"
        ">>> lm.prelu(lm.array([-2.0, 2.0]), lm.array([0.5]))\n"
        "[-1, 2]");
  m.def(
      "rrelu",
      [](Array x, double lower, double upper, bool training) {
        return rrelu(std::move(x), {lower, upper, training});
      },
      nb::arg("x"), nb::arg("lower") = 1.0 / 8, nb::arg("upper") = 1.0 / 3,
      nb::arg("training") = false,
      "leaky_relu whose slope is drawn for each element in training, and their mean otherwise.\n"
      ">>> lm.rrelu(lm.array([-2.0, 2.0]), 0.5, 0.5)\n"
      "[-1, 2]");
  m.def("glu", &glu, nb::arg("x"), nb::arg("axis") = -1,
        "The first half of x along the axis times the sigmoid of the second.\n"
        ">>> lm.glu(lm.array([3.0, 0.0]))\n[1.5]");
  m.def("softmin", &softmin, nb::arg("x"), nb::arg("axis") = -1,
        "softmax(-x).\n"
        ">>> lm.softmin(lm.array([0.0, 0.0]))\n"
        "[0.5, 0.5]");
  m.def("sparsemax", &sparsemax, nb::arg("x"), nb::arg("axis") = -1, op::find("sparsemax")->doc);
  m.def(
      "gumbel_softmax",
      [](Array logits, double tau, bool hard, int axis) {
        return gumbel_softmax(std::move(logits), {tau, hard, axis});
      },
      nb::arg("logits"), nb::arg("tau") = 1.0, nb::arg("hard") = false, nb::arg("axis") = -1,
      "A draw from softmax(logits) that has a gradient; `hard` gives it as one_hot.\n"
      ">>> lm.sum(lm.gumbel_softmax(lm.zeros((2, 5)), hard=True), axis=1)\n"
      "[1, 1]");
}

}  // namespace lamina::python

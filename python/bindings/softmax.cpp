// Softmax, cross entropy, products and layer norm.
#include "lamina/ops/softmax.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/normalization.h"
#include "loss_options.h"

namespace lamina::python {
namespace {

const char* doc_of(const char* op) {
  const Op* found = op::find(op);
  return found ? found->doc : "";
}

}  // namespace

void bind_softmax(nb::module_& m) {
  m.def("matmul", &matmul, nb::arg("a"), nb::arg("b"), doc_of("matmul"));
  m.def(
      "softmax", [](Array x, int axis) { return softmax(std::move(x), {axis}); }, nb::arg("x"),
      nb::arg("axis") = -1, doc_of("softmax"));
  m.def(
      "log_softmax", [](Array x, int axis) { return log_softmax(std::move(x), {axis}); },
      nb::arg("x"), nb::arg("axis") = -1, doc_of("log_softmax"));
  m.def(
      "one_hot",
      [](Array indices, int64_t classes, nb::handle dtype) {
        return one_hot(std::move(indices), classes, to_dtype(dtype, float32));
      },
      nb::arg("indices"), nb::arg("classes"), nb::arg("dtype") = nb::none(), doc_of("one_hot"));
  m.def(
      "cross_entropy",
      [](Array logits, Array labels, int axis, std::optional<Array> weight,
         std::optional<int64_t> ignore_index, double label_smoothing,
         const std::string& reduction) {
        return cross_entropy(std::move(logits), std::move(labels),
                             {axis, array_or_empty(std::move(weight)), ignore_index,
                              label_smoothing, to_reduction(reduction)});
      },
      nb::arg("logits"), nb::arg("labels"), nb::arg("axis") = -1, nb::arg("weight") = nb::none(),
      nb::arg("ignore_index") = nb::none(), nb::arg("label_smoothing") = 0.0,
      nb::arg("reduction") = "mean",
      "-log softmax(logits)[label]. Labels are class numbers, of the logits' shape without `axis`, "
      "or probabilities\n"
      "of the logits' shape. Class numbers out of range raise an IndexError when the value is "
      "computed.\n"
      ">>> lm.cross_entropy(lm.zeros((2, 4)), lm.array([0, 3]))\n"
      "1.38629");
  m.def(
      "layer_norm",
      [](Array x, std::optional<Array> weight, std::optional<Array> bias, Array epsilon, int axes) {
        return layer_norm(std::move(x), weight ? std::move(*weight) : Array(),
                          bias ? std::move(*bias) : Array(), std::move(epsilon), axes);
      },
      nb::arg("x"), nb::arg("weight") = nb::none(), nb::arg("bias") = nb::none(),
      nb::arg("epsilon") = 1e-5, nb::arg("axes") = 1,
      "Normalised over the last axes: as many as weight has, or `axes` of them.\n"
      ">>> lm.layer_norm(lm.array([[1.0, 3.0]]), epsilon=0.0)\n"
      "[[-1, 1]]");
}

}  // namespace lamina::python

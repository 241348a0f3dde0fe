// Softmax, losses, products and norms.
#include "lamina/nn/losses.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/normalization.h"
#include "lamina/ops/softmax.h"

namespace lamina::python {
namespace {

LossReduction to_reduction(const std::string& name) {
  if (name == "mean") return LossReduction::Mean;
  if (name == "sum") return LossReduction::Sum;
  if (name == "none") return LossReduction::None;
  throw ValueError(text("loss: expected the reduction 'mean', 'sum' or 'none', got '", name, "'"));
}

const char* doc_of(const char* op) {
  const Op* found = op::find(op);
  return found ? found->doc : "";
}

using SimpleLoss = Array (*)(Array, Array, nn::LossOptions);

void bind_loss(nb::module_& nn, const char* name, SimpleLoss function, const char* first,
               const char* second, const char* doc) {
  nn.def(
      name,
      [=](Array a, Array b, const std::string& reduction) {
        return function(std::move(a), std::move(b), {to_reduction(reduction)});
      },
      nb::arg(first), nb::arg(second), nb::arg("reduction") = "mean", doc);
}

}  // namespace

void bind_losses(nb::module_& m) {
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
      [](Array logits, Array labels, int axis, std::optional<int64_t> ignore_index,
         double label_smoothing, const std::string& reduction) {
        return cross_entropy(std::move(logits), std::move(labels),
                             {axis, ignore_index, label_smoothing, to_reduction(reduction)});
      },
      nb::arg("logits"), nb::arg("labels"), nb::arg("axis") = -1,
      nb::arg("ignore_index") = nb::none(), nb::arg("label_smoothing") = 0.0,
      nb::arg("reduction") = "mean",
      "-log softmax(logits)[label]. Labels are class numbers, of the logits' shape without `axis`, "
      "or probabilities\n"
      "of the logits' shape. Class numbers out of range raise an IndexError when the value is "
      "computed.");
  m.def(
      "layer_norm",
      [](Array x, std::optional<Array> weight, std::optional<Array> bias, Array epsilon, int axes) {
        return layer_norm(std::move(x), weight ? std::move(*weight) : Array(),
                          bias ? std::move(*bias) : Array(), std::move(epsilon), axes);
      },
      nb::arg("x"), nb::arg("weight") = nb::none(), nb::arg("bias") = nb::none(),
      nb::arg("epsilon") = 1e-5, nb::arg("axes") = 1,
      "Normalised over the last axes: as many as weight has, or `axes` of them.");

  nb::module_ nn = nb::cast<nb::module_>(m.attr("_nn"));
  nn.attr("cross_entropy") = m.attr("cross_entropy");
  bind_loss(nn, "mse_loss", &nn::mse_loss, "predictions", "targets",
            "The mean of the squared differences.");
  bind_loss(nn, "l1_loss", &nn::l1_loss, "predictions", "targets",
            "The mean of the absolute differences.");
  bind_loss(nn, "bce_with_logits", &nn::bce_with_logits, "logits", "targets",
            "Binary cross entropy of logits and targets in 0 .. 1.");
  bind_loss(nn, "nll_loss", &nn::nll_loss, "log_probabilities", "labels",
            "Minus the log-probability at the label, for the outputs of log_softmax.");
  nn.def(
      "huber_loss",
      [](Array a, Array b, double delta, const std::string& reduction) {
        return nn::huber_loss(std::move(a), std::move(b), {delta, to_reduction(reduction)});
      },
      nb::arg("predictions"), nb::arg("targets"), nb::arg("delta") = 1.0,
      nb::arg("reduction") = "mean", "Half the square up to delta, linear beyond.");
}

}  // namespace lamina::python

#include "lamina/nn/losses.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn {
namespace {

Array reduced(Array loss, LossReduction reduction) {
  if (reduction == LossReduction::None) return loss;
  return reduction == LossReduction::Sum ? sum(std::move(loss)) : mean(std::move(loss));
}

// Broadcasting [N, 1] against [N] would silently compare everything with everything.
void check_same(const char* loss, const Array& predictions, const Array& targets) {
  if (predictions.shape() == targets.shape()) return;
  throw ShapeError(text(loss, ": predictions and targets must have one shape"))
      .detail("predictions", describe(predictions))
      .detail("targets", describe(targets))
      .help("reshape one of them; losses do not broadcast");
}

struct NamedLoss {
  const char* name;
  Array (*function)(Array, Array);
};

constexpr NamedLoss kLosses[] = {
    {"cross_entropy", [](Array p, Array t) { return cross_entropy(std::move(p), std::move(t)); }},
    {"mse", [](Array p, Array t) { return mse_loss(std::move(p), std::move(t)); }},
    {"l1", [](Array p, Array t) { return l1_loss(std::move(p), std::move(t)); }},
    {"mae", [](Array p, Array t) { return l1_loss(std::move(p), std::move(t)); }},
    {"bce_with_logits", [](Array p, Array t) { return bce_with_logits(std::move(p), std::move(t)); }},
    {"nll", [](Array p, Array t) { return nll_loss(std::move(p), std::move(t)); }},
    {"huber", [](Array p, Array t) { return huber_loss(std::move(p), std::move(t)); }},
    {"smooth_l1", [](Array p, Array t) { return smooth_l1_loss(std::move(p), std::move(t)); }},
};

}  // namespace

Array mse_loss(Array predictions, Array targets, LossOptions options) {
  check_same("mse_loss", predictions, targets);
  return reduced(square(std::move(predictions) - std::move(targets)), options.reduction);
}

Array l1_loss(Array predictions, Array targets, LossOptions options) {
  check_same("l1_loss", predictions, targets);
  return reduced(absolute(std::move(predictions) - std::move(targets)), options.reduction);
}

Array bce_with_logits(Array logits, Array targets, LossOptions options) {
  check_same("bce_with_logits", logits, targets);
  // softplus(x) = max(x, 0) + log(1 + e^-|x|), exact for large |x|.
  Array loss = softplus(logits) - logits * std::move(targets);
  return reduced(std::move(loss), options.reduction);
}

Array nll_loss(Array log_probabilities, Array labels, LossOptions options) {
  if (log_probabilities.ndim() < 1) {
    throw ShapeError("nll_loss: expected log-probabilities [.., classes], got a scalar");
  }
  int64_t classes = log_probabilities.shape(-1);
  Array chosen = one_hot(std::move(labels), classes, log_probabilities.dtype());
  check_same("nll_loss", log_probabilities, chosen);
  return reduced(-sum(std::move(log_probabilities) * std::move(chosen), {.axis = -1}), options.reduction);
}

Array huber_loss(Array predictions, Array targets, HuberOptions options) {
  check_same("huber_loss", predictions, targets);
  if (!(options.delta > 0)) throw ValueError(text("huber_loss: delta must be over 0, got ", options.delta));
  // With a = min(|d|, delta) both pieces are a * (|d| - a / 2).
  Array distance = absolute(std::move(predictions) - std::move(targets));
  Array near = minimum(distance, options.delta);
  return reduced(near * (std::move(distance) - near * 0.5), options.reduction);
}

Array smooth_l1_loss(Array predictions, Array targets, SmoothL1Options options) {
  if (options.beta == 0) return l1_loss(std::move(predictions), std::move(targets), {options.reduction});
  return huber_loss(std::move(predictions), std::move(targets), {options.beta, options.reduction}) / options.beta;
}

Loss loss_by_name(std::string_view name) {
  for (const NamedLoss& loss : kLosses) {
    if (name == loss.name) return loss.function;
  }
  throw KeyError(text("there is no loss '", name, "'")).help(text("one of ", list_text(loss_names(), "", "")));
}

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const NamedLoss& loss : kLosses) names.emplace_back(loss.name);
  return names;
}

}  // namespace lamina::nn

// Losses of classes and probabilities.
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/loss_rule.h"
#include "lamina/nn/losses.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn {
namespace {

// A weight must not make the losses larger in number.
Array weighted(std::string_view loss, Array losses, Array weight) {
  if (!weight) return losses;
  const Shape shape = losses.shape();
  losses = std::move(losses) * std::move(weight);
  if (losses.shape() == shape) return losses;
  throw ShapeError(text(loss, ": the weight does not broadcast to the losses ", shape));
}

}  // namespace

Array binary_cross_entropy(Array predictions, Array targets, BinaryCrossEntropyOptions options) {
  constexpr const char* kName = "binary_cross_entropy";
  check_same(kName, predictions, targets);
  predictions = as_floating(std::move(predictions)), targets = as_floating(std::move(targets));
  Array other = 1.0 - predictions;
  Array losses = -(targets * bounded_log(std::move(predictions)) +
                   (1.0 - targets) * bounded_log(std::move(other)));
  return reduced(kName, weighted(kName, std::move(losses), std::move(options.weight)),
                 options.reduction);
}

Array bce_with_logits(Array logits, Array targets, BceWithLogitsOptions options) {
  constexpr const char* kName = "bce_with_logits";
  check_same(kName, logits, targets);
  Array losses;
  if (options.pos_weight) {
    Array share = (std::move(options.pos_weight) - 1.0) * targets + 1.0;
    losses = (1.0 - std::move(targets)) * logits;
    losses = weighted(kName, softplus(-logits), std::move(share)) + std::move(losses);
  } else {
    losses = softplus(logits) - logits * std::move(targets);
  }
  return reduced(kName, weighted(kName, std::move(losses), std::move(options.weight)),
                 options.reduction);
}

Array nll_loss(Array log_probabilities, Array labels, NllOptions options) {
  constexpr const char* kName = "nll_loss";
  if (!log_probabilities || !labels) throw StateError("nll_loss: an argument is an empty Array");
  const int rank = log_probabilities.ndim();
  if (rank < 1)
    throw ShapeError("nll_loss: expected log-probabilities [.., classes], got a scalar");
  const int axis = normalize_axis(options.axis, rank, "nll_loss: axis");
  IntList order;
  for (int i = 0; i < rank; ++i) {
    if (i != axis) order.push_back(i);
  }
  order.push_back(axis);
  log_probabilities = transpose(std::move(log_probabilities), std::move(order));
  const int64_t classes = log_probabilities.shape(-1);
  if (options.weight && !(options.weight.shape() == Shape{classes})) {
    throw ShapeError(text("nll_loss: expected weight [", classes,
                          "], one entry for each class, got ", options.weight.shape()));
  }
  Array ignored;
  if (options.ignore_index) {
    ignored = labels == Array(*options.ignore_index);
    labels = where(ignored, 0, std::move(labels));
  }
  // Chosen, not multiplied: -inf times 0 would be NaN.
  Array chosen = one_hot(std::move(labels), classes, bool_);
  check_same(kName, log_probabilities, chosen);
  Array losses = -sum(where(chosen, std::move(log_probabilities), 0.0), {.axis = -1});
  Array shares;
  if (options.weight) {
    shares = sum(where(chosen, astype(options.weight, losses.dtype()), 0.0), {.axis = -1});
    losses = std::move(losses) * shares;
  }
  if (ignored) {
    losses = where(ignored, 0.0, std::move(losses));
    shares = where(ignored, 0.0, shares ? shares : Array(1.0));
  }
  if (!shares || options.reduction != LossReduction::Mean)
    return reduced(kName, std::move(losses), options.reduction);
  shares = astype(std::move(shares), losses.dtype());
  return weighted_mean(std::move(losses), std::move(shares));
}

Array kl_div(Array predictions, Array targets, KlDivOptions options) {
  check_same("kl_div", predictions, targets);
  predictions = as_floating(std::move(predictions)), targets = as_floating(std::move(targets));
  const int64_t batch = predictions.ndim() == 0 ? 1 : predictions.shape(0);
  Array losses = options.log_target ? exp(targets) * (targets - predictions)
                                    : xlogy(targets, targets) - targets * predictions;
  if (options.reduction != LossReduction::BatchMean)
    return reduced("kl_div", std::move(losses), options.reduction);
  return sum(std::move(losses)) / static_cast<double>(batch);
}

Array soft_margin_loss(Array predictions, Array targets, LossOptions options) {
  check_same("soft_margin_loss", predictions, targets);
  return reduced("soft_margin_loss", softplus(-std::move(predictions) * std::move(targets)),
                 options.reduction);
}

}  // namespace lamina::nn

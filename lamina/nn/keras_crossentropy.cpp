// Keras' losses of probabilities.
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/keras_losses.h"
#include "lamina/nn/loss_rule.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn::losses {
namespace {

constexpr double kEpsilon = 1e-7;

Array inside(Array p) { return clip(std::move(p), kEpsilon, 1 - kEpsilon); }

void check_smoothing(const char* loss, double smoothing) {
  if (smoothing >= 0 && smoothing <= 1) return;
  throw ValueError(text(loss, ": label_smoothing must lie in 0 .. 1, got ", smoothing));
}

// Probabilities that add up to 1 along the axis, away from 0 and 1.
Array shares(Array predictions, bool from_logits, int axis) {
  if (from_logits) return inside(softmax(std::move(predictions), {.axis = axis}));
  Array total = sum(predictions, {.axis = axis, .keepdims = true});
  return inside(std::move(predictions) / std::move(total));
}

int class_axis(const char* loss, int axis, const Array& predictions) {
  return normalize_axis(axis, predictions.ndim(), text(loss, ": axis"));
}

Array last_mean(const char* loss, const Array& losses) {
  if (losses.ndim() < 1)
    throw ShapeError(text(loss, ": expected predictions [.., n], got a number"));
  return mean(losses, {.axis = -1});
}

}  // namespace

Array binary_crossentropy(Array predictions, Array targets, CrossentropyOptions options) {
  constexpr const char* kName = "binary_crossentropy";
  check_same(kName, predictions, targets);
  check_smoothing(kName, options.label_smoothing);
  targets = as_floating(std::move(targets)), predictions = as_floating(std::move(predictions));
  if (options.label_smoothing != 0) {
    const double smoothing = options.label_smoothing;
    targets = targets * (1.0 - smoothing) + 0.5 * smoothing;
  }
  const BinaryCrossEntropyOptions none{.reduction = LossReduction::None};
  Array losses = options.from_logits ? bce_with_logits(std::move(predictions), std::move(targets),
                                                       {.reduction = LossReduction::None})
                                     : binary_cross_entropy(inside(std::move(predictions)),
                                                            std::move(targets), none);
  return reduced(kName, last_mean(kName, losses), options.reduction);
}

Array categorical_crossentropy(Array predictions, Array targets, CrossentropyOptions options) {
  constexpr const char* kName = "categorical_crossentropy";
  check_same(kName, predictions, targets);
  const int axis = class_axis(kName, options.axis, predictions);
  targets = as_floating(std::move(targets)), predictions = as_floating(std::move(predictions));
  if (options.from_logits) {
    return cross_entropy(
        std::move(predictions), std::move(targets),
        {.axis = axis, .label_smoothing = options.label_smoothing, .reduction = options.reduction});
  }
  check_smoothing(kName, options.label_smoothing);
  if (options.label_smoothing != 0) {
    const double smoothing = options.label_smoothing;
    targets = targets * (1.0 - smoothing) + smoothing / static_cast<double>(targets.shape(axis));
  }
  Array losses =
      -sum(std::move(targets) * log(shares(std::move(predictions), false, axis)), {.axis = axis});
  return reduced(kName, std::move(losses), options.reduction);
}

Array sparse_categorical_crossentropy(Array predictions, Array targets,
                                      SparseCrossentropyOptions options) {
  constexpr const char* kName = "sparse_categorical_crossentropy";
  if (!predictions || !targets) throw StateError(text(kName, ": an argument is an empty Array"));
  const int axis = class_axis(kName, options.axis, predictions);
  predictions = as_floating(std::move(predictions));
  if (options.from_logits) {
    return cross_entropy(
        std::move(predictions), std::move(targets),
        {.axis = axis, .ignore_index = options.ignore_class, .reduction = options.reduction});
  }
  return nll_loss(
      log(shares(std::move(predictions), false, axis)), std::move(targets),
      {.axis = axis, .ignore_index = options.ignore_class, .reduction = options.reduction});
}

Array binary_focal_crossentropy(Array predictions, Array targets, BinaryFocalOptions options) {
  constexpr const char* kName = "binary_focal_crossentropy";
  check_same(kName, predictions, targets);
  check_smoothing(kName, options.label_smoothing);
  check_number(kName, "gamma", options.gamma, 0);
  targets = as_floating(std::move(targets));
  Array p = options.from_logits ? sigmoid(std::move(predictions)) : as_floating(std::move(predictions));
  p = inside(std::move(p));
  if (options.label_smoothing != 0) {
    const double smoothing = options.label_smoothing;
    targets = targets * (1.0 - smoothing) + 0.5 * smoothing;
  }
  Array right = targets * p + (1.0 - targets) * (1.0 - p);
  Array losses = power(1.0 - std::move(right), options.gamma) *
                 binary_cross_entropy(p, targets, {.reduction = LossReduction::None});
  if (options.apply_class_balancing) {
    const double alpha = options.alpha;
    losses = (targets * alpha + (1.0 - targets) * (1.0 - alpha)) * std::move(losses);
  }
  return reduced(kName, last_mean(kName, losses), options.reduction);
}

Array categorical_focal_crossentropy(Array predictions, Array targets,
                                     CategoricalFocalOptions options) {
  constexpr const char* kName = "categorical_focal_crossentropy";
  check_same(kName, predictions, targets);
  check_smoothing(kName, options.label_smoothing);
  check_number(kName, "gamma", options.gamma, 0);
  const int axis = class_axis(kName, options.axis, predictions);
  targets = as_floating(std::move(targets));
  if (options.label_smoothing != 0) {
    const double smoothing = options.label_smoothing;
    targets = targets * (1.0 - smoothing) + smoothing / static_cast<double>(targets.shape(axis));
  }
  Array p = shares(as_floating(std::move(predictions)), options.from_logits, axis);
  Array losses = -std::move(targets) * log(p) * (options.alpha * power(1.0 - p, options.gamma));
  return reduced(kName, sum(std::move(losses), {.axis = axis}), options.reduction);
}

Array kl_divergence(Array predictions, Array targets, LossOptions options) {
  constexpr const char* kName = "kl_divergence";
  check_same(kName, predictions, targets);
  Array p = clip(as_floating(std::move(predictions)), kEpsilon, 1.0);
  Array t = clip(as_floating(std::move(targets)), kEpsilon, 1.0);
  if (t.ndim() < 1) throw ShapeError("kl_divergence: expected predictions [.., n], got a number");
  return reduced(kName, sum(t * log(t / std::move(p)), {.axis = -1}), options.reduction);
}

Array poisson(Array predictions, Array targets, LossOptions options) {
  check_same("poisson", predictions, targets);
  predictions = as_floating(std::move(predictions));
  Array losses = predictions - std::move(targets) * log(predictions + kEpsilon);
  return reduced("poisson", last_mean("poisson", losses), options.reduction);
}

}  // namespace lamina::nn::losses

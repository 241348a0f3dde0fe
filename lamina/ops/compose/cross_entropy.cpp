// cross_entropy(logits, labels): the losses of softmax_cross_entropy with the options of a training
// loss. Label smoothing with weights is torch's: (1 - s) w_label loss + s / C sum of w_c loss_c.
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/softmax.h"

namespace lamina {

namespace {

Array classes_last(Array x, int axis) {
  if (axis == x.ndim() - 1) return x;
  IntList order;
  for (int i = 0; i < x.ndim(); ++i) {
    if (i != axis) order.push_back(i);
  }
  order.push_back(axis);
  return transpose(std::move(x), order);
}

// -sum(weight * labels * log_softmax(logits)) for probabilities.
Array soft_losses(Array logits, Array labels, const Array& weight, const Array& smoothing) {
  if (!(labels.shape() == logits.shape())) {
    throw ShapeError(text("cross_entropy: expected probabilities ", logits.shape(),
                          " as the logits, got ", labels.shape()))
        .help("class numbers must be of an integer type");
  }
  if (smoothing)
    labels = labels + smoothing * (1.0 / static_cast<double>(logits.shape(-1)) - labels);
  if (weight) labels = std::move(labels) * weight;
  return -sum(std::move(labels) * log_softmax(std::move(logits)), {.axis = -1});
}

// Losses at class numbers, and what each of them counts in the mean; empty where all count 1.
struct Losses {
  Array rows, shares;
};
Losses hard_losses(const Array& logits, const Array& labels, const Array& weight,
                   const Array& smoothing) {
  SoftmaxCrossEntropyResult rows = softmax_cross_entropy(logits, labels);
  Array even;  // the loss of labels spread over all classes
  if (!weight) {
    if (!smoothing) return {std::move(rows.loss), {}};
    even = rows.logsumexp - mean(logits, {.axis = -1});
    return {rows.loss + smoothing * (even - rows.loss), {}};
  }
  Array chosen = one_hot(labels, logits.shape(-1), bool_);
  Array shares = sum(where(std::move(chosen), weight, 0.0), {.axis = -1});
  Array losses = shares * rows.loss;
  if (!smoothing) return {std::move(losses), std::move(shares)};
  even = rows.logsumexp * mean(weight) - mean(logits * weight, {.axis = -1});
  return {losses + smoothing * (even - losses), std::move(shares)};
}

Array reduced(Array losses, LossReduction reduction) {
  if (reduction == LossReduction::Mean) return mean(std::move(losses));
  if (reduction == LossReduction::Sum) return sum(std::move(losses));
  if (reduction == LossReduction::None) return losses;
  throw ValueError("cross_entropy: the reduction is 'mean', 'sum' or 'none'");
}

void check_weight(const Array& weight, int64_t classes) {
  if (!weight || weight.shape() == Shape{classes}) return;
  throw ShapeError(text("cross_entropy: expected weight [", classes,
                        "], one entry for each class, got ", weight.shape()));
}

}  // namespace

Array cross_entropy(Array logits, Array labels, CrossEntropyOptions options) {
  if (!logits || !labels) {
    throw StateError(text("cross_entropy: ", logits ? "labels" : "logits", " is an empty Array"));
  }
  const int axis = normalize_axis(options.axis, logits.ndim(), "cross_entropy: axis");
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1)) {
    throw ValueError(
        text("cross_entropy: label_smoothing must lie in 0 .. 1, got ", options.label_smoothing));
  }
  if (!is_floating(logits.dtype())) logits = astype(std::move(logits), float32);
  const bool soft = is_floating(labels.dtype());
  if (soft && labels.ndim() == logits.ndim()) labels = classes_last(std::move(labels), axis);
  logits = classes_last(std::move(logits), axis);
  check_weight(options.weight, logits.shape(-1));
  Array weight = options.weight ? astype(std::move(options.weight), logits.dtype()) : Array();
  Array smoothing;
  if (options.label_smoothing != 0) smoothing = options.label_smoothing;
  if (soft) {
    if (options.ignore_index) {
      throw ValueError(
          "cross_entropy: ignore_index needs class numbers as labels, got probabilities");
    }
    return reduced(soft_losses(std::move(logits), std::move(labels), weight, smoothing),
                   options.reduction);
  }
  Array ignored;
  if (options.ignore_index) {
    ignored = labels == Array(*options.ignore_index);
    labels = where(ignored, 0, labels);
  }
  Losses losses = hard_losses(logits, labels, weight, smoothing);
  if (ignored) losses.rows = where(ignored, 0.0, std::move(losses.rows));
  if (options.reduction != LossReduction::Mean || (!ignored && !weight))
    return reduced(std::move(losses.rows), options.reduction);
  Array shares = losses.shares ? std::move(losses.shares) : ones_like(losses.rows);
  if (ignored) shares = where(std::move(ignored), 0.0, std::move(shares));
  return sum(std::move(losses.rows)) / sum(std::move(shares));
}

}  // namespace lamina

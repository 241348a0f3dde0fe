// cross_entropy(logits, labels): the losses of softmax_cross_entropy with the options of a training loss.
#include "lamina/base/error.h"
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

// -sum(labels * log_softmax(logits)) for probabilities.
Array soft_losses(Array logits, Array labels, Array smoothing) {
  if (!(labels.shape() == logits.shape())) {
    throw ShapeError(text("cross_entropy: expected probabilities ", logits.shape(), " as the logits, got ",
                          labels.shape()))
        .help("class numbers must be of an integer type");
  }
  if (smoothing) labels = labels + smoothing * (1.0 / static_cast<double>(logits.shape(-1)) - labels);
  return -sum(std::move(labels) * log_softmax(std::move(logits)), {.axis = -1});
}

// Losses at class numbers; `smoothing` may be empty.
Array hard_losses(const Array& logits, const Array& labels, const Array& smoothing) {
  SoftmaxCrossEntropyResult rows = softmax_cross_entropy(logits, labels);
  if (!smoothing) return std::move(rows.loss);
  Array even = rows.logsumexp - mean(logits, {.axis = -1});  // the loss of labels spread over all classes
  return rows.loss + smoothing * (even - rows.loss);
}

Array reduced(Array losses, LossReduction reduction) {
  if (reduction == LossReduction::Mean) return mean(std::move(losses));
  if (reduction == LossReduction::Sum) return sum(std::move(losses));
  return losses;
}

}  // namespace

Array cross_entropy(Array logits, Array labels, CrossEntropyOptions options) {
  if (!logits || !labels) {
    throw StateError(text("cross_entropy: ", logits ? "labels" : "logits", " is an empty Array"));
  }
  const int axis = normalize_axis(options.axis, logits.ndim(), "cross_entropy: axis");
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1)) {
    throw ValueError(text("cross_entropy: label_smoothing must lie in 0 .. 1, got ",
                          options.label_smoothing));
  }
  if (!is_floating(logits.dtype())) logits = astype(std::move(logits), float32);
  const bool soft = is_floating(labels.dtype());
  if (soft && labels.ndim() == logits.ndim()) labels = classes_last(std::move(labels), axis);
  logits = classes_last(std::move(logits), axis);
  Array smoothing;
  if (options.label_smoothing != 0) smoothing = options.label_smoothing;
  if (soft) {
    if (options.ignore_index) {
      throw ValueError("cross_entropy: ignore_index needs class numbers as labels, got probabilities");
    }
    return reduced(soft_losses(std::move(logits), std::move(labels), smoothing), options.reduction);
  }
  if (!options.ignore_index) return reduced(hard_losses(logits, labels, smoothing), options.reduction);

  Array ignored = labels == Array(*options.ignore_index);
  labels = where(ignored, 0, labels);
  Array losses = where(ignored, 0.0, hard_losses(logits, labels, smoothing));
  if (options.reduction != LossReduction::Mean) return reduced(std::move(losses), options.reduction);
  return sum(losses) / astype(sum(logical_not(ignored)), losses.dtype());
}

}  // namespace lamina

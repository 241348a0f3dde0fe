// Losses that ask for a distance, and no more than it.
#include <algorithm>
#include <limits>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/loss_rule.h"
#include "lamina/nn/losses.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/distance.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn {

namespace {
constexpr double kLowest = -std::numeric_limits<double>::infinity();
}

Array hinge_embedding_loss(Array predictions, Array targets, MarginOptions options) {
  constexpr const char* kName = "hinge_embedding_loss";
  check_same(kName, predictions, targets);
  check_number(kName, "margin", options.margin, kLowest);
  Array far = where(targets != 1, maximum(options.margin - predictions, 0.0), 0.0);
  Array near = where(std::move(targets) != -1, std::move(predictions), 0.0);
  return reduced(kName, std::move(far) + std::move(near), options.reduction);
}

Array margin_ranking_loss(Array x1, Array x2, Array targets, MarginOptions options) {
  constexpr const char* kName = "margin_ranking_loss";
  check_number(kName, "margin", options.margin, kLowest);
  check_same_shapes(kName, {{"x1", x1}, {"x2", x2}, {"targets", targets}});
  Array losses =
      maximum(options.margin - std::move(targets) * (std::move(x1) - std::move(x2)), 0.0);
  return reduced(kName, std::move(losses), options.reduction);
}

Array cosine_embedding_loss(Array x1, Array x2, Array targets, MarginOptions options) {
  constexpr const char* kName = "cosine_embedding_loss";
  check_same_shapes(kName, {{"x1", x1}, {"x2", x2}});
  if (!targets) throw StateError("cosine_embedding_loss: targets is an empty Array");
  if (x1.ndim() < 1 || !(targets.shape() == Shape(x1.shape().begin(), x1.shape().end() - 1))) {
    throw ShapeError(text(kName, ": expected x1 and x2 [.., D] and targets [..], got ", x1.shape(),
                          " and ", targets.shape()));
  }
  Array cosine = cosine_similarity(std::move(x1), std::move(x2), {.epsilon = 1e-6});
  check_number(kName, "margin", options.margin, kLowest);
  Array far = where(targets == -1, maximum(cosine - options.margin, 0.0), 0.0);
  Array near = where(std::move(targets) == 1, 1.0 - std::move(cosine), 0.0);
  return reduced(kName, std::move(far) + std::move(near), options.reduction);
}

Array multi_margin_loss(Array predictions, Array labels, MultiMarginOptions options) {
  constexpr const char* kName = "multi_margin_loss";
  check_number(kName, "margin", options.margin, kLowest);
  if (!predictions || !labels) throw StateError(text(kName, ": an argument is an empty Array"));
  if (options.p != 1 && options.p != 2)
    throw ValueError(text(kName, ": p must be 1 or 2, got ", options.p));
  if (predictions.ndim() < 1 || predictions.ndim() > 2)
    throw ShapeError(
        text(kName, ": expected predictions [N, C] or [C], got ", predictions.shape()));
  const int64_t classes = predictions.shape(-1);
  // A lone row may have its label as an array of one.
  if (predictions.ndim() == 1 && labels.shape() == Shape{1}) labels = squeeze(std::move(labels));
  Array chosen = one_hot(labels, classes, bool_);
  check_same(kName, predictions, chosen);
  Array own = sum(where(chosen, predictions, 0.0), {.axis = -1, .keepdims = true});
  Array losses = maximum(options.margin - std::move(own) + std::move(predictions), 0.0);
  if (options.p == 2) losses = square(std::move(losses));
  if (options.weight) {
    if (!(options.weight.shape() == Shape{classes}))
      throw ShapeError(
          text(kName, ": expected weight [", classes, "], got ", options.weight.shape()));
    losses = std::move(losses) *
             sum(where(chosen, std::move(options.weight), 0.0), {.axis = -1, .keepdims = true});
  }
  losses = where(std::move(chosen), 0.0, std::move(losses));
  return reduced(kName, mean(std::move(losses), {.axis = -1}), options.reduction);
}

Array multilabel_margin_loss(Array predictions, Array labels, LossOptions options) {
  constexpr const char* kName = "multilabel_margin_loss";
  check_same_shapes(kName, {{"predictions", predictions}, {"labels", labels}});
  if (!is_integer(labels.dtype()))
    throw DTypeError(text(kName, ": expected labels of an integer type, got ", labels.dtype()));
  if (predictions.ndim() < 1 || predictions.ndim() > 2)
    throw ShapeError(
        text(kName, ": expected predictions [N, C] or [C], got ", predictions.shape()));
  const Array number = arange(predictions.shape(-1));
  // Labels stand before the first -1: for entry k, none of the entries up to k is negative.
  Array before = number <= expand_dims(number, 1);
  Array ended = any(logical_and(expand_dims(labels < 0, -2), std::move(before)), {.axis = -1});
  Array valid = logical_not(std::move(ended));
  labels = where(valid, std::move(labels), 0);
  Array at_labels = take_along_axis(predictions, labels, -1);
  // [.., class, label]: the margins of classes that are no label.
  Array named = logical_and(expand_dims(valid, -2),
                            expand_dims(std::move(labels), -2) == expand_dims(number, 1));
  Array is_label = any(std::move(named), {.axis = -1, .keepdims = true});
  Array counts = logical_and(expand_dims(std::move(valid), -2), logical_not(std::move(is_label)));
  Array losses =
      maximum(1.0 - expand_dims(std::move(at_labels), -2) + expand_dims(predictions, -1), 0.0);
  losses = sum(where(std::move(counts), std::move(losses), 0.0), {.axis = {-2, -1}});
  losses = std::move(losses) / static_cast<double>(std::max<int64_t>(1, predictions.shape(-1)));
  return reduced(kName, std::move(losses), options.reduction);
}

Array multilabel_soft_margin_loss(Array predictions, Array targets,
                                  MultilabelSoftMarginOptions options) {
  constexpr const char* kName = "multilabel_soft_margin_loss";
  check_same(kName, predictions, targets);
  if (predictions.ndim() < 1)
    throw ShapeError(text(kName, ": expected predictions [.., classes], got a number"));
  Array losses =
      bce_with_logits(std::move(predictions), std::move(targets),
                      {.weight = std::move(options.weight), .reduction = LossReduction::None});
  return reduced(kName, mean(std::move(losses), {.axis = -1}), options.reduction);
}

Array triplet_margin_with_distance_loss(Array anchor, Array positive, Array negative,
                                        TripletDistanceOptions options) {
  constexpr const char* kName = "triplet_margin_with_distance_loss";
  check_same_shapes(kName, {{"anchor", anchor}, {"positive", positive}, {"negative", negative}});
  check_number(kName, "margin", options.margin, 0);
  const Distance distance =
      options.distance ? options.distance
                       : [](const Array& a, const Array& b) { return pairwise_distance(a, b); };
  Array near = distance(anchor, positive), far = distance(anchor, negative);
  if (options.swap) far = minimum(std::move(far), distance(positive, negative));
  return reduced(kName, maximum(std::move(near) - std::move(far) + options.margin, 0.0),
                 options.reduction);
}

Array triplet_margin_loss(Array anchor, Array positive, Array negative,
                          TripletMarginOptions options) {
  const PairwiseDistanceOptions norm{.p = options.p, .epsilon = options.epsilon};
  return triplet_margin_with_distance_loss(
      std::move(anchor), std::move(positive), std::move(negative),
      {[norm](const Array& a, const Array& b) { return pairwise_distance(a, b, norm); },
       options.margin, options.swap, options.reduction});
}

}  // namespace lamina::nn

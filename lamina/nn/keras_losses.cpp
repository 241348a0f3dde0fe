// Keras' losses of margins, numbers and sets.
#include <cmath>
#include <limits>
#include <numbers>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/keras_losses.h"
#include "lamina/nn/loss_rule.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/distance.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn::losses {
namespace {

constexpr double kEpsilon = 1e-7;

void check_rows(const char* loss, const Array& predictions, const Array& targets) {
  check_same(loss, predictions, targets);
  if (predictions.ndim() < 1)
    throw ShapeError(text(loss, ": expected predictions [.., n], got a number"));
}

Array row_means(const char* loss, Array losses, LossReduction reduction) {
  return reduced(loss, mean(std::move(losses), {.axis = -1}), reduction);
}

Array plus_minus_one(Array targets) {
  targets = as_floating(std::move(targets));
  Array zero_or_one = all(logical_or(targets == 0.0, targets == 1.0));
  return where(std::move(zero_or_one), 2.0 * targets - 1.0, targets);
}

// Along rows, over the entries that are chosen; -inf, with gradient 0, for rows without any.
Array logsumexp_where(Array chosen, Array x) {
  constexpr double kNothing = -std::numeric_limits<double>::infinity();
  Array some = any(chosen, {.axis = 1, .keepdims = true});
  x = where(some, where(std::move(chosen), std::move(x), kNothing), 0.0);
  return where(squeeze(some, {1}), logsumexp(std::move(x), {.axis = 1}), kNothing);
}

ReduceOptions over(const std::optional<IntList>& axis) {
  return {.axis = axis ? Axes(*axis) : Axes()};
}

}  // namespace

Array hinge(Array predictions, Array targets, LossOptions options) {
  check_rows("hinge", predictions, targets);
  Array losses = maximum(1.0 - plus_minus_one(std::move(targets)) * std::move(predictions), 0.0);
  return row_means("hinge", std::move(losses), options.reduction);
}

Array squared_hinge(Array predictions, Array targets, LossOptions options) {
  check_rows("squared_hinge", predictions, targets);
  Array losses = maximum(1.0 - plus_minus_one(std::move(targets)) * std::move(predictions), 0.0);
  return row_means("squared_hinge", square(std::move(losses)), options.reduction);
}

Array categorical_hinge(Array predictions, Array targets, LossOptions options) {
  check_rows("categorical_hinge", predictions, targets);
  targets = as_floating(std::move(targets));
  Array right = sum(targets * predictions, {.axis = -1});
  Array wrong = max((1.0 - targets) * predictions, {.axis = -1});
  return reduced("categorical_hinge", maximum(std::move(wrong) - std::move(right) + 1.0, 0.0),
                 options.reduction);
}

Array mean_absolute_percentage_error(Array predictions, Array targets, LossOptions options) {
  constexpr const char* kName = "mean_absolute_percentage_error";
  check_rows(kName, predictions, targets);
  Array share = (targets - std::move(predictions)) / maximum(absolute(targets), kEpsilon);
  return row_means(kName, 100.0 * absolute(std::move(share)), options.reduction);
}

Array mean_squared_logarithmic_error(Array predictions, Array targets, LossOptions options) {
  constexpr const char* kName = "mean_squared_logarithmic_error";
  check_rows(kName, predictions, targets);
  auto logarithm = [](Array x) { return log1p(maximum(as_floating(std::move(x)), kEpsilon)); };
  Array difference = logarithm(std::move(predictions)) - logarithm(std::move(targets));
  return row_means(kName, square(std::move(difference)), options.reduction);
}

// log(cosh(d)) = d + log(1 + e^(-2d)) - log(2): without overflow.
Array log_cosh(Array predictions, Array targets, LossOptions options) {
  check_rows("log_cosh", predictions, targets);
  Array d = as_floating(std::move(predictions)) - std::move(targets);
  Array losses = d + softplus(-2.0 * d) - std::numbers::ln2;
  return row_means("log_cosh", std::move(losses), options.reduction);
}

Array cosine_similarity(Array predictions, Array targets, AxisLossOptions options) {
  constexpr const char* kName = "cosine_similarity";
  check_rows(kName, predictions, targets);
  Array cosine = lamina::cosine_similarity(std::move(predictions), std::move(targets),
                                           {.axis = options.axis, .epsilon = 1e-6});
  return reduced(kName, -std::move(cosine), options.reduction);
}

Array dice(Array predictions, Array targets, SetLossOptions options) {
  check_same("dice", predictions, targets);
  predictions = as_floating(std::move(predictions)), targets = as_floating(std::move(targets));
  const ReduceOptions along = over(options.axis);
  Array both = sum(targets * predictions, along);
  Array sizes = sum(std::move(targets), along) + sum(std::move(predictions), along) + kEpsilon;
  return reduced("dice", 1.0 - 2.0 * std::move(both) / std::move(sizes), options.reduction);
}

Array tversky(Array predictions, Array targets, TverskyOptions options) {
  check_same("tversky", predictions, targets);
  check_number("tversky", "alpha", options.alpha, 0);
  check_number("tversky", "beta", options.beta, 0);
  predictions = as_floating(std::move(predictions)), targets = as_floating(std::move(targets));
  const ReduceOptions along = over(options.axis);
  Array both = sum(targets * predictions, along);
  Array false_ones = sum((1.0 - targets) * predictions, along) * options.alpha;
  Array missed = sum(targets * (1.0 - predictions), along) * options.beta;
  Array index = both / (both + std::move(false_ones) + std::move(missed) + kEpsilon);
  return reduced("tversky", 1.0 - std::move(index), options.reduction);
}

Array circle(Array predictions, Array targets, CircleOptions options) {
  if (!predictions || !targets) throw StateError("circle: an argument is an empty Array");
  if (predictions.ndim() != 2 || !(targets.shape() == Shape{predictions.shape(0)})) {
    throw ShapeError(text("circle: expected embeddings [N, D] and class numbers [N], got ",
                          predictions.shape(), " and ", targets.shape()));
  }
  check_number("circle", "gamma", options.gamma, 0);
  Array d = maximum(1.0 - matmul(predictions, transpose(predictions)), 0.0);
  Array same = expand_dims(targets, 1) == targets;
  Array number = arange(predictions.shape(0)), other = logical_not(same);
  if (options.remove_diagonal)
    same = logical_and(std::move(same), expand_dims(number, 1) != number);
  // Sums of numbers are worked out here: as arrays of their own they would be float32.
  const double margin = options.margin, gamma = options.gamma;
  Array near = -gamma * maximum(margin + d, 0.0) * (margin - d);
  Array far = gamma * maximum((1 + margin) - d, 0.0) * ((1 - margin) - d);
  Array of_same = logsumexp_where(std::move(same), std::move(near));
  Array of_others = logsumexp_where(std::move(other), std::move(far));
  return reduced("circle", softplus(std::move(of_same) + std::move(of_others)), options.reduction);
}

}  // namespace lamina::nn::losses

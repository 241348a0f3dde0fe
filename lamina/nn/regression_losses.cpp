// Losses of numbers.
#include <cmath>
#include <numbers>

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/loss_rule.h"
#include "lamina/nn/losses.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {

Array mse_loss(Array predictions, Array targets, LossOptions options) {
  check_same("mse_loss", predictions, targets);
  return reduced("mse_loss", square(std::move(predictions) - std::move(targets)),
                 options.reduction);
}

Array l1_loss(Array predictions, Array targets, LossOptions options) {
  check_same("l1_loss", predictions, targets);
  return reduced("l1_loss", absolute(std::move(predictions) - std::move(targets)),
                 options.reduction);
}

Array huber_loss(Array predictions, Array targets, HuberOptions options) {
  check_same("huber_loss", predictions, targets);
  if (!(options.delta > 0))
    throw ValueError(text("huber_loss: delta must be over 0, got ", options.delta));
  // With a = min(|d|, delta) both pieces are a * (|d| - a / 2).
  Array distance = absolute(std::move(predictions) - std::move(targets));
  Array near = minimum(distance, options.delta);
  return reduced("huber_loss", near * (std::move(distance) - near * 0.5), options.reduction);
}

Array smooth_l1_loss(Array predictions, Array targets, SmoothL1Options options) {
  if (options.beta == 0)
    return l1_loss(std::move(predictions), std::move(targets), {options.reduction});
  if (!(options.beta > 0))
    throw ValueError(text("smooth_l1_loss: beta must not be negative, got ", options.beta));
  return huber_loss(std::move(predictions), std::move(targets), {options.beta, options.reduction}) /
         options.beta;
}

Array poisson_nll_loss(Array predictions, Array targets, PoissonNllOptions options) {
  constexpr const char* kName = "poisson_nll_loss";
  check_same(kName, predictions, targets);
  check_number(kName, "epsilon", options.epsilon, 0);
  predictions = as_floating(std::move(predictions));
  Array losses = options.log_input ? exp(predictions) - targets * predictions
                                   : predictions - targets * log(predictions + options.epsilon);
  if (options.full) {
    // Stirling's approximation, for targets over 1.
    Array t = where(targets > 1.0, as_floating(targets), 1.0);
    Array stirling = t * log(t) - t + 0.5 * log(2 * std::numbers::pi * t);
    losses = std::move(losses) + where(targets > 1.0, std::move(stirling), 0.0);
  }
  return reduced(kName, std::move(losses), options.reduction);
}

Array gaussian_nll_loss(Array predictions, Array targets, Array var, GaussianNllOptions options) {
  constexpr const char* kName = "gaussian_nll_loss";
  check_same(kName, predictions, targets);
  if (!var) throw StateError("gaussian_nll_loss: var is an empty Array");
  check_number(kName, "epsilon", options.epsilon, 0);
  const Shape& shape = predictions.shape();
  if (!(var.shape() == shape)) {
    Shape rows = shape;
    if (!rows.empty()) rows.pop_back();
    if (var.shape() == rows && !shape.empty()) var = expand_dims(std::move(var), -1);
    rows.push_back(1);
    if (!(var.shape() == rows) && var.ndim() != 0) {
      throw ShapeError(
          text("gaussian_nll_loss: var ", var.shape(), " does not fit predictions ", shape))
          .help("its last size may be 1, or left out");
    }
  }
  const Array negative = var < 0.0;
  var = where(negative, std::nan(""), as_floating(std::move(var)));
  // The limit is no part of the gradient: variances at it can still grow.
  Array limited = var + stop_gradient(maximum(var, options.epsilon) - var);
  Array losses =
      0.5 * (log(limited) + square(as_floating(std::move(predictions)) - std::move(targets)) / limited);
  if (options.full) losses = std::move(losses) + 0.5 * std::log(2 * std::numbers::pi);
  return reduced(kName, std::move(losses), options.reduction);
}

}  // namespace lamina::nn

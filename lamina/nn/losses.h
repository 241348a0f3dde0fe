// Losses: how far predictions are from targets, as one number (the mean over the batch, if not asked otherwise).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/ops/softmax.h"

namespace lamina::nn {

using lamina::cross_entropy;  // of logits and class numbers, or probabilities
using lamina::CrossEntropyOptions;
using lamina::LossReduction;

struct LossOptions {
  LossReduction reduction = LossReduction::Mean;
};

Array mse_loss(Array predictions, Array targets, LossOptions options = {});  // square of the difference
Array l1_loss(Array predictions, Array targets, LossOptions options = {});   // absolute difference

// Binary cross entropy of logits and targets in 0 .. 1: max(x, 0) - x * t + log(1 + e^-|x|).
Array bce_with_logits(Array logits, Array targets, LossOptions options = {});

// Minus the log-probability at the label: for the outputs [N, C] of log_softmax and class numbers [N].
Array nll_loss(Array log_probabilities, Array labels, LossOptions options = {});

// Half the square up to `delta`, linear beyond: 0.5 * d^2 or delta * (|d| - 0.5 * delta).
struct HuberOptions {
  double delta = 1;
  LossReduction reduction = LossReduction::Mean;
};
Array huber_loss(Array predictions, Array targets, HuberOptions options = {});

// huber_loss with delta = beta, divided by beta.
struct SmoothL1Options {
  double beta = 1;
  LossReduction reduction = LossReduction::Mean;
};
Array smooth_l1_loss(Array predictions, Array targets, SmoothL1Options options = {});

// A loss by its name: "cross_entropy", "mse", "l1" (or "mae"), "bce_with_logits", "nll", "huber", "smooth_l1".
// KeyError for others.
using Loss = std::function<Array(Array predictions, Array targets)>;
Loss loss_by_name(std::string_view name);
std::vector<std::string> loss_names();

}  // namespace lamina::nn

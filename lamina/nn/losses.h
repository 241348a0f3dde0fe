// Losses: how far predictions are from targets, as one number: the mean over all entries, if not asked
// otherwise. Names and formulas are torch.nn.functional's; keras_losses.h has those of Keras.
#pragma once

#include <functional>
#include <limits>
#include <optional>
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

// --- of numbers (regression_losses.cpp)

Array mse_loss(Array predictions, Array targets, LossOptions options = {});  // (p - t)^2
Array l1_loss(Array predictions, Array targets, LossOptions options = {});   // |p - t|

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

// Counts that are Poisson distributed: e^p - t p for predictions of the logarithm of the rate, else
// p - t log(p + epsilon). `full` adds Stirling's approximation of log(t!).
struct PoissonNllOptions {
  bool log_input = true;
  bool full = false;
  double epsilon = 1e-8;
  LossReduction reduction = LossReduction::Mean;
};
Array poisson_nll_loss(Array predictions, Array targets, PoissonNllOptions options = {});

// (log(var) + (p - t)^2 / var) / 2, var of epsilon at least. var has the predictions' shape, or 1 as
// its last size, or no last axis. `full` adds log(2 pi) / 2. Negative variances give NaN.
struct GaussianNllOptions {
  bool full = false;
  double epsilon = 1e-6;
  LossReduction reduction = LossReduction::Mean;
};
Array gaussian_nll_loss(Array predictions, Array targets, Array var,
                        GaussianNllOptions options = {});

// --- of classes (classification_losses.cpp)

struct BinaryCrossEntropyOptions {
  Array weight = {};  // of each entry; broadcasts
  LossReduction reduction = LossReduction::Mean;
};
// Of probabilities and targets in 0 .. 1: -t log(p) - (1 - t) log(1 - p), logarithms of -100 at least.
Array binary_cross_entropy(Array predictions, Array targets,
                           BinaryCrossEntropyOptions options = {});

// Of logits: max(x, 0) - x t + log(1 + e^-|x|).
struct BceWithLogitsOptions {
  Array weight = {};      // of each entry; broadcasts
  Array pos_weight = {};  // of the targets that are 1; broadcasts
  LossReduction reduction = LossReduction::Mean;
};
Array bce_with_logits(Array logits, Array targets, BceWithLogitsOptions options = {});

// Minus the log-probability at the label: for the outputs [.., C] of log_softmax and class numbers. The
// mean is a weighted one.
struct NllOptions {
  int axis = -1;                                       // of the classes
  Array weight = {};                                   // [C]
  std::optional<int64_t> ignore_index = std::nullopt;  // labels that count for nothing
  LossReduction reduction = LossReduction::Mean;
};
Array nll_loss(Array log_probabilities, Array labels, NllOptions options = {});

// t (log(t) - p) for log-probabilities p and probabilities t, or their logarithms.
struct KlDivOptions {
  bool log_target = false;
  LossReduction reduction = LossReduction::Mean;  // BatchMean is the mathematical one
};
Array kl_div(Array predictions, Array targets, KlDivOptions options = {});

// log(1 + e^(-t p)) for targets of 1 and -1.
Array soft_margin_loss(Array predictions, Array targets, LossOptions options = {});

// --- of margins (margin_losses.cpp)

struct MarginOptions {
  double margin = 0;
  LossReduction reduction = LossReduction::Mean;
};
// p where the target is 1, max(0, margin - p) where it is -1.
Array hinge_embedding_loss(Array predictions, Array targets,
                           MarginOptions options = {.margin = 1});
// max(0, -t (x1 - x2) + margin): t is 1 where x1 should be the larger, -1 where x2.
Array margin_ranking_loss(Array x1, Array x2, Array targets, MarginOptions options = {});
// 1 - cos(x1, x2) where the target is 1, max(0, cos - margin) where it is -1: x [.., D], targets [..].
Array cosine_embedding_loss(Array x1, Array x2, Array targets, MarginOptions options = {});

// Mean over the classes i that are not the label of max(0, margin - x[label] + x[i])^p: x [N, C] or [C].
struct MultiMarginOptions {
  double p = 1;
  double margin = 1;
  Array weight = {};  // [C]
  LossReduction reduction = LossReduction::Mean;
};
Array multi_margin_loss(Array predictions, Array labels, MultiMarginOptions options = {});

// Several labels for each row: labels [N, C] list them, up to the first -1.
Array multilabel_margin_loss(Array predictions, Array labels, LossOptions options = {});

// Binary cross entropy of logits [.., C], averaged over the classes.
struct MultilabelSoftMarginOptions {
  Array weight = {};  // [C]
  LossReduction reduction = LossReduction::Mean;
};
Array multilabel_soft_margin_loss(Array predictions, Array targets,
                                  MultilabelSoftMarginOptions options = {});

// max(0, distance(anchor, positive) - distance(anchor, negative) + margin). With `swap` the negative is
// compared with the positive as well, and the smaller distance counts (Balntas et al. 2016).
struct TripletMarginOptions {
  double margin = 1;
  double p = 2;
  double epsilon = 1e-6;
  bool swap = false;
  LossReduction reduction = LossReduction::Mean;
};
Array triplet_margin_loss(Array anchor, Array positive, Array negative,
                          TripletMarginOptions options = {});

using Distance = std::function<Array(const Array&, const Array&)>;
struct TripletDistanceOptions {
  Distance distance = {};  // pairwise_distance when left out
  double margin = 1;
  bool swap = false;
  LossReduction reduction = LossReduction::Mean;
};
Array triplet_margin_with_distance_loss(Array anchor, Array positive, Array negative,
                                        TripletDistanceOptions options = {});

// --- of sequences (ctc_loss.cpp)

// -log of the probability that log_probs [T, N, C] or [T, C] spell the targets (ops/ctc.h). The mean is
// over the batch, each loss divided by its number of labels.
struct CtcOptions {
  int64_t blank = 0;
  bool zero_infinity = false;  // targets too long for their steps count 0, not inf
  LossReduction reduction = LossReduction::Mean;
};
Array ctc_loss(Array log_probs, Array targets, Array input_lengths, Array target_lengths,
               CtcOptions options = {});

// --- by name (loss_names.cpp)

// The losses of (predictions, targets), by torch's names and by those of Keras: "cross_entropy", "mse",
// "binary_crossentropy", .. KeyError lists them.
using Loss = std::function<Array(Array predictions, Array targets)>;
Loss loss_by_name(std::string_view name);
std::vector<std::string> loss_names();

}  // namespace lamina::nn

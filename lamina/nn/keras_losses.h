// Losses by the names and formulas of keras.losses, where torch has none or another one. As
// everywhere in Lamina predictions stand first, then targets (Keras has y_true, y_pred). Losses of
// rows average or sum over the last axis first; the reduction is over what is left, its mean Keras'
// "sum_over_batch_size". Trainer.compile takes the names as strings, "mean_squared_error" and the
// other plain ones included.
#pragma once

#include "lamina/nn/losses.h"

namespace lamina::nn::losses {

// --- of probabilities; of logits where from_logits. Probabilities stay 1e-7 away from 0 and 1.

struct CrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  LossReduction reduction = LossReduction::Mean;
};
Array binary_crossentropy(Array predictions, Array targets, CrossentropyOptions options = {});
Array categorical_crossentropy(Array predictions, Array targets, CrossentropyOptions options = {});

struct SparseCrossentropyOptions {
  bool from_logits = false;
  std::optional<int64_t> ignore_class = std::nullopt;
  int axis = -1;
  LossReduction reduction = LossReduction::Mean;
};
Array sparse_categorical_crossentropy(Array predictions, Array targets,
                                      SparseCrossentropyOptions options = {});

// Cross entropy in which what is right already counts little: times (1 - p of the target)^gamma
// (Lin et al. 2017).
struct BinaryFocalOptions {
  bool apply_class_balancing = false;  // 1 counts alpha, 0 counts 1 - alpha
  double alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  LossReduction reduction = LossReduction::Mean;
};
Array binary_focal_crossentropy(Array predictions, Array targets, BinaryFocalOptions options = {});

struct CategoricalFocalOptions {
  double alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  LossReduction reduction = LossReduction::Mean;
};
Array categorical_focal_crossentropy(Array predictions, Array targets,
                                     CategoricalFocalOptions options = {});

Array kl_divergence(Array predictions, Array targets, LossOptions options = {});  // t log(t / p)
Array poisson(Array predictions, Array targets, LossOptions options = {});        // p - t log(p)

// --- of margins. Targets are -1 and 1; where all are 0 and 1 they are taken as -1 and 1.

Array hinge(Array predictions, Array targets, LossOptions options = {});          // max(1 - t p, 0)
Array squared_hinge(Array predictions, Array targets, LossOptions options = {});  // its square
// max(0, 1 + largest p of the other classes - p of the target), for one-hot targets.
Array categorical_hinge(Array predictions, Array targets, LossOptions options = {});

// --- of numbers

Array mean_absolute_percentage_error(Array predictions, Array targets, LossOptions options = {});
Array mean_squared_logarithmic_error(Array predictions, Array targets, LossOptions options = {});
Array log_cosh(Array predictions, Array targets, LossOptions options = {});  // log(cosh(p - t))

struct AxisLossOptions {
  int axis = -1;
  LossReduction reduction = LossReduction::Mean;
};
Array cosine_similarity(Array predictions, Array targets,
                        AxisLossOptions options = {});  // minus cos

// --- of sets: 1 - 2 |p t| / (|p| + |t|), and with errors of both kinds weighed (Salehi et al.
// 2017).

struct SetLossOptions {
  std::optional<IntList> axis = std::nullopt;  // over which sums run: all when left out
  LossReduction reduction = LossReduction::Mean;
};
Array dice(Array predictions, Array targets, SetLossOptions options = {});
struct TverskyOptions {
  double alpha = 0.5;  // of what is predicted and not there
  double beta = 0.5;   // of what is there and not predicted
  std::optional<IntList> axis = std::nullopt;
  LossReduction reduction = LossReduction::Mean;
};
Array tversky(Array predictions, Array targets, TverskyOptions options = {});

// Circle loss (Sun et al. 2020) of embeddings [N, D] of length 1, and class numbers [N].
struct CircleOptions {
  double gamma = 80;
  double margin = 0.4;
  bool remove_diagonal = true;  // an embedding is not its own neighbour
  LossReduction reduction = LossReduction::Mean;
};
Array circle(Array predictions, Array targets, CircleOptions options = {});

}  // namespace lamina::nn::losses

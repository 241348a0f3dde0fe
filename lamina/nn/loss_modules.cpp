#include "lamina/nn/loss_modules.h"

#include <algorithm>

namespace lamina::nn {

using std::move;

Array MSELoss::compute(LossInputs x, const LossOptions& options) {
  return mse_loss(move(x[0]), move(x[1]), options);
}

Array L1Loss::compute(LossInputs x, const LossOptions& options) {
  return l1_loss(move(x[0]), move(x[1]), options);
}

Array SmoothL1Loss::compute(LossInputs x, const SmoothL1LossOptions& options) {
  return smooth_l1_loss(move(x[0]), move(x[1]), {options.beta, options.reduction});
}

Array HuberLoss::compute(LossInputs x, const HuberLossOptions& options) {
  return huber_loss(move(x[0]), move(x[1]), {options.delta, options.reduction});
}

Array PoissonNLLLoss::compute(LossInputs x, const PoissonNLLLossOptions& options) {
  return poisson_nll_loss(move(x[0]), move(x[1]),
                          {options.log_input, options.full, options.eps, options.reduction});
}

Array GaussianNLLLoss::compute(LossInputs x, const GaussianNLLLossOptions& options) {
  return gaussian_nll_loss(move(x[0]), move(x[1]), move(x[2]),
                           {options.full, options.eps, options.reduction});
}

Array BCELoss::compute(LossInputs x, const BinaryCrossEntropyOptions& options) {
  return binary_cross_entropy(move(x[0]), move(x[1]), options);
}

Array BCEWithLogitsLoss::compute(LossInputs x, const BCEWithLogitsLossOptions& options) {
  return bce_with_logits(move(x[0]), move(x[1]),
                         {options.weight, options.pos_weight, options.reduction});
}

// An array without axes falls to the loss, which refuses it.
static int class_axis(const Array& predictions, int axis) {
  return std::min(axis, std::max(predictions.ndim() - 1, 0));
}

Array CrossEntropyLoss::compute(LossInputs x, const CrossEntropyLossOptions& options) {
  CrossEntropyOptions own;
  own.axis = class_axis(x[0], options.axis);
  own.weight = options.weight;
  const bool probabilities = x[1].ndim() == x[0].ndim();
  if (!probabilities) own.ignore_index = options.ignore_index;
  own.label_smoothing = options.label_smoothing;
  own.reduction = options.reduction;
  return cross_entropy(move(x[0]), move(x[1]), own);
}

Array NLLLoss::compute(LossInputs x, const NLLLossOptions& options) {
  const int axis = class_axis(x[0], options.axis);
  return nll_loss(move(x[0]), move(x[1]),
                  {axis, options.weight, options.ignore_index, options.reduction});
}

Array KLDivLoss::compute(LossInputs x, const KLDivLossOptions& options) {
  return kl_div(move(x[0]), move(x[1]), {options.log_target, options.reduction});
}

Array SoftMarginLoss::compute(LossInputs x, const LossOptions& options) {
  return soft_margin_loss(move(x[0]), move(x[1]), options);
}

Array MultiLabelMarginLoss::compute(LossInputs x, const LossOptions& options) {
  return multilabel_margin_loss(move(x[0]), move(x[1]), options);
}

Array MultiLabelSoftMarginLoss::compute(LossInputs x, const MultilabelSoftMarginOptions& options) {
  return multilabel_soft_margin_loss(move(x[0]), move(x[1]), options);
}

Array MultiMarginLoss::compute(LossInputs x, const MultiMarginOptions& options) {
  return multi_margin_loss(move(x[0]), move(x[1]), options);
}

Array HingeEmbeddingLoss::compute(LossInputs x, const HingeEmbeddingLossOptions& options) {
  return hinge_embedding_loss(move(x[0]), move(x[1]), {options.margin, options.reduction});
}

Array MarginRankingLoss::compute(LossInputs x, const MarginOptions& options) {
  return margin_ranking_loss(move(x[0]), move(x[1]), move(x[2]), options);
}

Array CosineEmbeddingLoss::compute(LossInputs x, const MarginOptions& options) {
  return cosine_embedding_loss(move(x[0]), move(x[1]), move(x[2]), options);
}

Array TripletMarginLoss::compute(LossInputs x, const TripletMarginLossOptions& options) {
  return triplet_margin_loss(
      move(x[0]), move(x[1]), move(x[2]),
      {options.margin, options.p, options.eps, options.swap, options.reduction});
}

Array TripletMarginWithDistanceLoss::compute(LossInputs x,
                                             const TripletMarginWithDistanceLossOptions& options) {
  return triplet_margin_with_distance_loss(
      move(x[0]), move(x[1]), move(x[2]),
      {options.distance_function, options.margin, options.swap, options.reduction});
}

Array CTCLoss::compute(LossInputs x, const CTCLossOptions& options) {
  return ctc_loss(move(x[0]), move(x[1]), move(x[2]), move(x[3]),
                  {options.blank, options.zero_infinity, options.reduction});
}

}  // namespace lamina::nn

// ctc_loss: ctc_losses with the options of a training loss.
#include "lamina/base/error.h"
#include "lamina/nn/loss_rule.h"
#include "lamina/nn/losses.h"
#include "lamina/ops/ctc.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina::nn {

Array ctc_loss(Array log_probs, Array targets, Array input_lengths, Array target_lengths,
               CtcOptions options) {
  if (!log_probs || !targets || !input_lengths || !target_lengths)
    throw StateError("ctc_loss: an argument is an empty Array");
  const bool lone = log_probs.ndim() == 2;
  if (lone && (input_lengths.size() != 1 || target_lengths.size() != 1)) {
    throw ShapeError(text("ctc_loss: log_probs [T, C] of one sequence go with one input length and "
                          "one target length, got ",
                          input_lengths.shape(), " and ", target_lengths.shape()))
        .help("log_probs of a batch are [T, N, C], its lengths [N]");
  }
  if (lone) {
    log_probs = expand_dims(std::move(log_probs), 1);
    input_lengths = reshape(std::move(input_lengths), {1});
    target_lengths = reshape(std::move(target_lengths), {1});
  }
  Array labels = maximum(target_lengths, 1);
  Array losses = ctc_losses(as_floating(std::move(log_probs)), std::move(targets),
                            std::move(input_lengths), std::move(target_lengths), options.blank);
  if (options.zero_infinity) losses = where(isinf(losses), 0.0, losses);
  if (options.reduction == LossReduction::Mean)
    losses = losses / astype(std::move(labels), losses.dtype());
  if (lone && options.reduction == LossReduction::None) losses = squeeze(std::move(losses), {0});
  return reduced("ctc_loss", std::move(losses), options.reduction);
}

}  // namespace lamina::nn

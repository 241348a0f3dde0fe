// Loss scaling, for training in float16 (Micikevicius et al. 2018): gradients under 2^-24 are zero in
// float16, so the loss is multiplied before backward and the gradients are divided by the same number
// before the optimizer sees them. The number adapts: it grows while all is well and shrinks when a gradient
// overflows, and that step is left out.
//
//   optim::LossScaler scaler;
//   scaler.scale(loss).backward();
//   scaler.step(optimizer);       // forward, backward, the test and the update: one program
//   scaler.update();
//
// bfloat16 has float32's range and needs none of this. Trainer does it by itself in precision "float16".
#pragma once

#include <vector>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct LossScalerOptions {
  double scale = 65536;  // at first
  double growth_factor = 2;
  double backoff_factor = 0.5;
  int64_t growth_interval = 2000;  // steps without an overflow after which the scale grows
};

class LossScaler {
 public:
  explicit LossScaler(LossScalerOptions options = {});  // ValueError for numbers out of range

  Array scale(const Array& loss) const;

  // Divides the optimizer's gradients; for what looks at them before the step, such as clipping. step
  // calls it where nobody has. StateError where it has been called for this step already.
  void unscale(Optimizer& optimizer);

  // The optimizer's step where all gradients are finite; else its parameters, state and counters stay.
  // Gives which. Several optimizers may step before update. When it throws, the gradients are dropped.
  bool step(Optimizer& optimizer, bool keep_grads = false);

  // For a step that will not be made: the optimizer's gradients, and that they were divided.
  void drop_gradients(Optimizer& optimizer);

  // Takes the number for the next step. ValueError when no scale helps: the gradients are not finite
  // for another reason than float16's range.
  void update();

  double current_scale() const { return scale_; }
  int64_t skipped_steps() const { return skipped_; }  // in all

  StateDict state_dict() const;                  // "scale", "good_steps", "skipped_steps"
  void load_state_dict(const StateDict& state);  // KeyError lists what is missing

 private:
  struct Unscaled {
    const Optimizer* optimizer;
    Array finite;
  };
  LossScalerOptions options_;
  double scale_;
  int64_t good_ = 0, skipped_ = 0;
  bool overflowed_ = false;  // since the last update
  std::vector<Unscaled> unscaled_;
};

}  // namespace lamina::optim

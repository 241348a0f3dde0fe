#include "lamina/train/stop_on_nan.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/train/trainer.h"

namespace lamina::train {

void StopOnNaN::see_batch(const data::Batch& batch) {
  batch_ = batch;
  module_ = trainer().module().state_dict();
  optimizer_ = trainer().optimizer().state_dict();
  random_ = default_generator().state();
}

// A sum is a number only if all that it adds up are.
bool StopOnNaN::finite() const {
  if (!std::isfinite(trainer().totals().loss())) return false;
  const NoGrad no_grad;
  Array total = 0.0;
  for (const Parameter& parameter : trainer().module().parameters()) {
    if (is_floating(parameter.dtype())) total = total + sum(parameter.value() * 0.0);
  }
  return std::isfinite(total.item());
}

void StopOnNaN::put_back() {
  trainer().module().load_state_dict(module_);
  trainer().optimizer().load_state_dict(optimizer_);
  default_generator().set_state(random_);
}

void StopOnNaN::on_train_batch_end(int64_t) {
  const bool good = finite();
  if (!good) {
    const int64_t step = trainer().optimizer().steps();
    const double loss = trainer().totals().loss();
    put_back();
    report_ = find_nan(trainer(), batch_);
    report_->step = step;
    put_back();
    if (options_.raise) {
      const NaNReport& r = *report_;
      ValueError error(text("StopOnNaN: ", std::isfinite(loss) ? "a weight" : "the loss",
                            " is no number at step ", step));
      std::string place = r.stage == "forward" || r.stage == "backward"
                              ? text("in the op '", r.op, "'")
                              : text("in the ", r.stage);
      if (!r.module.empty()) place += text(" of module ", r.module);
      if (r.stage == "forward" || r.stage == "backward") place += text(", going ", r.stage);
      if ((r.stage == "weights" || r.stage == "update") && !r.op.empty())
        place += text(" of ", r.op);
      error.detail("began", place);
      if (!r.samples.empty()) error.detail("samples", list_text(r.samples, "", ""));
      throw error.help(
          "the weights are those from before the step; a lower learning rate, clipping "
          "or other data may help");
    }
    trainer().stop_training(true);
  }
  batch_ = {};
  module_.clear();
  optimizer_.clear();
}

}  // namespace lamina::train

#include "lamina/train/rate_callbacks.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/train/trainer.h"

namespace lamina::train {

void LearningRateScheduler::on_epoch_begin(int64_t epoch) {
  trainer().optimizer().set_lr(schedule_(epoch));
}

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options)
    : options_(options), monitor_(options.monitor, options.mode, 0) {}

void ReduceLROnPlateau::on_train_begin() { state_ = {}; }

void ReduceLROnPlateau::on_epoch_end(int64_t, const Logs& logs) {
  const double value = logs.at(options_.monitor);
  optim::ReduceOnPlateau plateau(trainer().optimizer(),
                                 {options_.factor, options_.patience, options_.min_delta,
                                  options_.cooldown, options_.min_lr, monitor_.maximizes()});
  plateau.set_state(state_);
  plateau.step(value);
  state_ = plateau.state();
}

io::Json ReduceLROnPlateau::state() const {
  io::Json state;
  state.set("waited", state_.waited).set("cooling", state_.cooling);
  if (state_.any) state.set("best", state_.best);
  return state;
}

void ReduceLROnPlateau::load_state(const io::Json& state) {
  state_ = {};
  state_.waited = state.at("waited").as_integer();
  state_.cooling = state.at("cooling").as_integer();
  if (const io::Json* best = state.find("best")) state_.best = best->as_double(), state_.any = true;
}

}  // namespace lamina::train

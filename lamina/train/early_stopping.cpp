#include "lamina/train/early_stopping.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/train/trainer.h"

namespace lamina::train {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(options), monitor_(options.monitor, options.mode, options.min_delta) {
  if (options_.patience < 0) {
    throw ValueError(
        text("EarlyStopping: expected a patience of 0 or more, got ", options_.patience));
  }
}

void EarlyStopping::on_train_begin() {
  monitor_ = Monitor(options_.monitor, options_.mode, options_.min_delta);
  waited_ = 0;
  stopped_epoch_ = best_epoch_ = -1;
  best_weights_.clear();
}

void EarlyStopping::on_epoch_end(int64_t epoch, const Logs& logs) {
  if (monitor_.improved(logs)) {
    best_epoch_ = epoch;
    waited_ = 0;
    // Values never change, so the handles are the copy.
    if (options_.restore_best_weights) best_weights_ = trainer().module().state_dict();
    return;
  }
  if (++waited_ >= options_.patience) {
    stopped_epoch_ = epoch;
    trainer().stop_training();
  }
}

void EarlyStopping::on_train_end() {
  if (!best_weights_.empty()) trainer().module().load_state_dict(best_weights_);
  best_weights_.clear();
}

io::Json EarlyStopping::state() const {
  io::Json state;
  state.set("waited", waited_).set("best_epoch", best_epoch_);
  if (monitor_.best()) state.set("best", *monitor_.best());
  return state;
}

void EarlyStopping::load_state(const io::Json& state) {
  waited_ = state.at("waited").as_integer();
  best_epoch_ = state.at("best_epoch").as_integer();
  if (const io::Json* best = state.find("best")) monitor_.set_best(best->as_double());
}

}  // namespace lamina::train

#include "lamina/train/weight_callbacks.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/train/trainer.h"

namespace lamina::train {

ExponentialMovingAverage::ExponentialMovingAverage(ExponentialMovingAverageOptions options)
    : options_(options) {
  if (!(options_.decay >= 0 && options_.decay <= 1)) {
    throw ValueError(
        text("ExponentialMovingAverage: expected a decay between 0 and 1, got ", options_.decay));
  }
}

void ExponentialMovingAverage::on_train_begin() {
  average_ = std::make_unique<optim::EMA>(trainer().module().parameters(),
                                          optim::EMAOptions{options_.decay});
  steps_ = -1;
}

void ExponentialMovingAverage::on_train_batch_end(int64_t) {
  const int64_t steps = trainer().optimizer().steps();
  if (steps == steps_) return;  // a batch that only gathers gradients
  steps_ = steps;
  average_->update();
}

void ExponentialMovingAverage::on_train_end() {
  if (average_->updates() > 0) average_->swap();
}

void ExponentialMovingAverage::swap() {
  if (!average_) throw StateError("swap: nothing has been averaged yet");
  average_->swap();
}

io::Json ExponentialMovingAverage::state() const {
  io::Json state;
  state.set("updates", average_ ? average_->updates() : 0).set("steps", steps_);
  return state;
}

void ExponentialMovingAverage::load_state(const io::Json& state) {
  updates_ = state.at("updates").as_integer();
  steps_ = state.at("steps").as_integer();
}

nn::StateDict ExponentialMovingAverage::arrays() const {
  nn::StateDict arrays;
  for (size_t i = 0; average_ && i < average_->values().size(); ++i) {
    arrays.emplace_back(text(i), average_->values()[i]);
  }
  return arrays;
}

void ExponentialMovingAverage::load_arrays(const nn::StateDict& arrays) {
  std::vector<Array> values;
  for (const auto& [name, value] : arrays) values.push_back(value);
  average_->restore(std::move(values), updates_);
}

Watch::Watch(WatchOptions options) : options_(options) {
  if (options_.every < 1) {
    throw ValueError(text("Watch: expected every to be 1 or more, got ", options_.every));
  }
}

// Recorded with the step, which has the gradients at hand.
void Watch::on_gradients() {
  pending_.clear();
  if (trainer().optimizer().steps() % options_.every != 0) return;
  const NoGrad no_grad;
  auto squares = [](const Array& x) { return sum(square(astype(x, float32))); };
  for (const auto& [name, parameter] : trainer().module().named_parameters()) {
    if (!parameter.grad()) continue;
    pending_.emplace_back(name, stack({squares(parameter.value()), squares(parameter.grad())}));
  }
}

void Watch::on_train_batch_end(int64_t) {
  if (pending_.empty()) return;
  std::vector<Array> values;
  for (const auto& [name, value] : pending_) values.push_back(value);
  eval(values);
  norms_.clear();
  for (const auto& [name, value] : pending_) {
    const std::vector<double> both = value.to_vector<double>();
    norms_.push_back({name, std::sqrt(both[0]), std::sqrt(both[1])});
  }
  pending_.clear();
}

void Watch::add_logs(Logs& logs) {
  double weights = 0, gradients = 0;
  for (const Norms& one : norms_) {
    weights += one.weight * one.weight;
    gradients += one.gradient * one.gradient;
  }
  if (norms_.empty()) return;
  logs.set("grad_norm", std::sqrt(gradients));
  logs.set("weight_norm", std::sqrt(weights));
}

}  // namespace lamina::train

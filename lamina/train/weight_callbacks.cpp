#include "lamina/train/weight_callbacks.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/evaluate.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
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
  if (options_.every < 0) {
    throw ValueError(text("Watch: expected every to be 0 or more, got ", options_.every));
  }
}

// An update of a buffer, so that the step's own program computes it, which has the gradients at hand.
void Watch::on_gradients() {
  const bool due = options_.every > 0 && trainer().optimizer().steps() % options_.every == 0;
  if (!due && !trainer().last_batch() && !names_.empty()) return;
  const NoGrad no_grad;
  auto squares = [](const Array& x) { return sum(square(astype(x, float32))); };
  std::vector<Array> sums;
  names_.clear();
  for (const auto& [name, parameter] : trainer().module().named_parameters()) {
    if (!parameter.grad()) continue;
    names_.push_back(name);
    sums.push_back(squares(parameter.value()));
    sums.push_back(squares(parameter.grad()));
  }
  if (sums.empty()) return;
  const Shape shape{static_cast<int64_t>(sums.size())};
  if (!sums_ || sums_.shape() != shape) {
    const std::vector<float> zeros(sums.size());
    sums_ = Parameter(from_data(zeros.data(), shape, float32), false);
  }
  update_variables({{sums_.variable(), stack(std::move(sums))}});
}

std::vector<Watch::Norms> Watch::norms() const {
  std::vector<Norms> norms;
  if (!sums_) return norms;
  const std::vector<double> sums = sums_.value().to_vector<double>();
  for (size_t i = 0; i < names_.size(); ++i) {
    norms.push_back({names_[i], std::sqrt(sums[2 * i]), std::sqrt(sums[2 * i + 1])});
  }
  return norms;
}

void Watch::add_logs(Logs& logs) {
  double weights = 0, gradients = 0;
  const std::vector<Norms> all = norms();
  for (const Norms& one : all) {
    weights += one.weight * one.weight;
    gradients += one.gradient * one.gradient;
  }
  if (all.empty()) return;
  logs.set("grad_norm", std::sqrt(gradients));
  logs.set("weight_norm", std::sqrt(weights));
}

}  // namespace lamina::train

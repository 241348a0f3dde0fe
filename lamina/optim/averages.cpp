#include "lamina/optim/averages.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ir/node.h"
#include "lamina/op/recording.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {

WeightAverage::WeightAverage(std::vector<Parameter> parameters)
    : parameters_(std::move(parameters)) {
  if (parameters_.empty()) throw StateError("an average was given no parameters");
}

void WeightAverage::update() {
  NoGrad no_grad;
  std::vector<Array> next;
  if (averages_.empty()) {
    for (const Parameter& parameter : parameters_) next.push_back(parameter.value());
  } else {
    const Array keep = make_varying(kept()), take = make_varying(1 - kept());
    for (size_t i = 0; i < parameters_.size(); ++i) {
      next.push_back(keep * averages_[i] + take * parameters_[i].value());
    }
  }
  eval(next);
  averages_ = std::move(next);
  ++updates_;
}

void WeightAverage::swap() {
  if (averages_.empty()) throw StateError("swap: nothing has been averaged yet");
  for (size_t i = 0; i < parameters_.size(); ++i) {
    Array weights = parameters_[i].value();
    parameters_[i]->set_value(std::move(averages_[i]));
    averages_[i] = std::move(weights);
  }
}

void WeightAverage::restore(std::vector<Array> values, int64_t updates) {
  bool fits = values.size() == parameters_.size() || values.empty();
  for (size_t i = 0; fits && i < values.size(); ++i) {
    fits = values[i].shape() == parameters_[i].shape();
  }
  if (!fits) throw ShapeError("restore: the averages do not fit the parameters");
  averages_ = std::move(values);
  updates_ = updates;
}

double SWA::kept() const {
  const double count = static_cast<double>(updates());
  return count / (count + 1);
}

EMA::EMA(std::vector<Parameter> parameters, EMAOptions options)
    : WeightAverage(std::move(parameters)), options_(options) {
  check_number("EMA", "decay", options_.decay, 0, 1);
}

}  // namespace lamina::optim

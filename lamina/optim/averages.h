// Averages of weights over the steps of a training, which often predict better than the last ones.
//
//   optim::SWA average(model.parameters());  // or EMA(model.parameters(), {.decay = 0.99})
//   for (..) { .. optimizer.step(); average.update(); }
//   average.swap();                          // the model has the averages; again: back
#pragma once

#include <vector>

#include "lamina/core/variable.h"

namespace lamina::optim {

class WeightAverage {
 public:
  virtual ~WeightAverage() = default;

  // Takes in what the parameters are now; the first time the averages become that.
  void update();
  // Exchanges averages and parameters. StateError before the first update.
  void swap();

  int64_t updates() const { return updates_; }
  const std::vector<Array>& values() const { return averages_; }  // in the parameters' order
  void restore(std::vector<Array> values, int64_t updates);       // as a checkpoint kept them

 protected:
  explicit WeightAverage(std::vector<Parameter> parameters);
  // The part of the old average that stays at the next update.
  virtual double kept() const = 0;

 private:
  std::vector<Parameter> parameters_;
  std::vector<Array> averages_;
  int64_t updates_ = 0;
};

// Stochastic weight averaging (Izmailov et al. 2018): the mean of all that was taken in.
class SWA : public WeightAverage {
 public:
  explicit SWA(std::vector<Parameter> parameters) : WeightAverage(std::move(parameters)) {}

 protected:
  double kept() const override;
};

struct EMAOptions {
  double decay = 0.999;
};

// Exponential moving average: average = decay * average + (1 - decay) * parameter.
class EMA : public WeightAverage {
 public:
  explicit EMA(std::vector<Parameter> parameters, EMAOptions options = {});

 protected:
  double kept() const override { return options_.decay; }

 private:
  EMAOptions options_;
};

}  // namespace lamina::optim

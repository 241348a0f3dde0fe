// Metric: a number that tells how good predictions are: the mean over examples of what measure() gives.
//
//   struct WithinOne : train::Metric {
//     std::string name() const override { return "within_one"; }
//     Array measure(const Array& prediction, const Array& target) override {
//       return sum(absolute(prediction - target) <= 1.0);
//     }
//   };
//   trainer.compile({.optimizer = .., .loss = "mse", .metrics = {"accuracy", WithinOne()}});
#pragma once

#include <concepts>
#include <memory>
#include <string>

#include "lamina/core/array.h"

namespace lamina::train {

class Metric {
 public:
  virtual ~Metric() = default;
  virtual std::string name() const = 0;
  // Summed over the examples of a batch: one element. It is recorded and runs with the step; nothing here
  // may ask for a value.
  virtual Array measure(const Array& prediction, const Array& target) = 0;
};

// The share of examples whose largest score is that of their class: scores [N, .., classes], target
// [N, ..], integers. Every element of the target counts as an example.
class Accuracy : public Metric {
 public:
  std::string name() const override { return "accuracy"; }
  Array measure(const Array& prediction, const Array& target) override;
};

class MeanSquaredError : public Metric {
 public:
  std::string name() const override { return "mean_squared_error"; }
  Array measure(const Array& prediction, const Array& target) override;
};

class MeanAbsoluteError : public Metric {
 public:
  std::string name() const override { return "mean_absolute_error"; }
  Array measure(const Array& prediction, const Array& target) override;
};

// A metric as an argument: by name, by value or shared.
class AnyMetric {
 public:
  AnyMetric(const char* name) : AnyMetric(std::string(name)) {}
  AnyMetric(const std::string& name);  // KeyError lists the names there are
  AnyMetric(std::shared_ptr<Metric> metric) : metric_(std::move(metric)) {}
  template <std::derived_from<Metric> M>
  AnyMetric(M metric) : metric_(std::make_shared<M>(std::move(metric))) {}
  Metric* operator->() const { return metric_.get(); }

 private:
  std::shared_ptr<Metric> metric_;
};

}  // namespace lamina::train

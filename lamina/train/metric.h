// Metric: a number that tells how good predictions are, from sums over the batches: the mean over
// examples of what measure() gives, if compute() says nothing else.
//
//   struct WithinOne : train::Metric {
//     std::string name() const override { return "within_one"; }
//     Array measure(const Array& prediction, const Array& target) override {
//       return sum(absolute(prediction - target) <= 1.0);
//     }
//   };
//   trainer.compile({.optimizer = .., .loss = "mse", .metrics = {"accuracy", WithinOne()}});
//
// Without a trainer: metric.update(prediction, target) for each batch, then metric.result().
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "lamina/core/array.h"

namespace lamina::train {

class Metric {
 public:
  virtual ~Metric() = default;
  virtual std::string name() const = 0;
  // Summed over the examples of a batch: one element, or as many as compute() needs, in one shape
  // for all batches. It is recorded and runs with the step; nothing here may ask for a value.
  virtual Array measure(const Array& prediction, const Array& target) = 0;
  // From the sums over all batches, row-major, to the number.
  virtual double compute(const std::vector<double>& sums, int64_t examples) const;

  void update(const Array& prediction, const Array& target);
  double result() const;  // NaN before the first update
  void reset();

 protected:
  const Array& sums() const { return sums_; }  // of the updates; empty before the first

 private:
  Array sums_;
  int64_t examples_ = 0;
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

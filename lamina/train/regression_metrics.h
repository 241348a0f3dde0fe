// Metrics of numbers: predictions and targets of one shape. Each example counts with the mean over
// its elements.
#pragma once

#include "lamina/train/metric.h"

namespace lamina::train {

class MeanSquaredError : public Metric {
 public:
  std::string name() const override { return "mean_squared_error"; }
  Array measure(const Array& prediction, const Array& target) override;
};

class RootMeanSquaredError : public MeanSquaredError {
 public:
  std::string name() const override { return "root_mean_squared_error"; }
  double compute(const std::vector<double>& sums, int64_t examples) const override;
};

class MeanAbsoluteError : public Metric {
 public:
  std::string name() const override { return "mean_absolute_error"; }
  Array measure(const Array& prediction, const Array& target) override;
};

// The share of the targets' variance that the predictions explain, over all elements: 1 is
// everything, 0 what their mean would; NaN when they do not vary.
class R2 : public Metric {
 public:
  std::string name() const override { return "r2"; }
  Array measure(const Array& prediction, const Array& target) override;
  double compute(const std::vector<double>& sums, int64_t examples) const override;
};

}  // namespace lamina::train

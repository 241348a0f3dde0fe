#pragma once

#include <utility>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct LAMBOptions {
  LearningRate lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-6;
  double weight_decay = 0;
};

// Adam's direction at a length that follows the layer's weights, for large batches (You et al.
// 2020):
//   r = m' / (sqrt(v') + eps) + weight_decay * p;  p = p - lr * |p| / |r| * r
// with a ratio of 1 where either norm is 0.
class LAMB : public Optimizer {
 public:
  explicit LAMB(LAMBOptions options = {}) : LAMB(Parameters(), std::move(options)) {}
  explicit LAMB(Parameters parameters, LAMBOptions options = {});
  const char* kind() const override { return "LAMB"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  LAMBOptions options_;
};

}  // namespace lamina::optim

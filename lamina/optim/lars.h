#pragma once

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct LARSOptions {
  LearningRate lr = 0.1;
  double momentum = 0.9;
  double weight_decay = 0;
  double trust_coefficient = 1e-3;
  double eps = 0;
};

// Momentum at a rate for each layer, for large batches (You et al. 2017):
//   local = trust_coefficient * |p| / (|g| + weight_decay * |p| + eps), 1 where a norm is 0
//   b = momentum * b + lr * local * (g + weight_decay * p);  p = p - b
class LARS : public Optimizer {
 public:
  explicit LARS(LARSOptions options = {}) : LARS(Parameters(), std::move(options)) {}
  explicit LARS(Parameters parameters, LARSOptions options = {});
  const char* kind() const override { return "LARS"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  LARSOptions options_;
};

}  // namespace lamina::optim

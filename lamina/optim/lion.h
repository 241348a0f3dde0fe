#pragma once

#include <utility>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct LionOptions {
  LearningRate lr = 1e-4;
  std::pair<double, double> betas = {0.9, 0.99};
  double weight_decay = 0;
};

// The sign of a momentum (Chen et al. 2023), with decoupled weight decay:
//   p = p * (1 - lr * weight_decay) - lr * sign(beta1 * m + (1 - beta1) * g)
//   m = beta2 * m + (1 - beta2) * g
class Lion : public Optimizer {
 public:
  explicit Lion(LionOptions options = {}) : Lion(Parameters(), std::move(options)) {}
  explicit Lion(Parameters parameters, LionOptions options = {});
  const char* kind() const override { return "Lion"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  LionOptions options_;
};

}  // namespace lamina::optim

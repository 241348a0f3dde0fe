#pragma once

#include <utility>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct AdamaxOptions {
  LearningRate lr = 2e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
};

// Adam with the infinity norm (Kingma and Ba 2015, section 7.1):
//   m = beta1 * m + (1 - beta1) * g;  u = max(beta2 * u, |g| + eps)
//   p = p - lr / (1 - beta1^t) * m / u
class Adamax : public Optimizer {
 public:
  explicit Adamax(AdamaxOptions options = {}) : Adamax(Parameters(), std::move(options)) {}
  explicit Adamax(Parameters parameters, AdamaxOptions options = {});
  const char* kind() const override { return "Adamax"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  AdamaxOptions options_;
};

}  // namespace lamina::optim

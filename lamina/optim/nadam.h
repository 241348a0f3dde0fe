#pragma once

#include <utility>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct NAdamOptions {
  LearningRate lr = 2e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum_decay = 4e-3;
};

// Adam with Nesterov's momentum (Dozat 2016):
//   mu_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2)
//   p = p - lr / (sqrt(v / (1 - beta2^t)) + eps)
//           * ((1 - mu_t) / (1 - mu_1 .. mu_t) * g + mu_t+1 / (1 - mu_1 .. mu_t+1) * m)
class NAdam : public Optimizer {
 public:
  explicit NAdam(NAdamOptions options = {}) : NAdam(Parameters(), std::move(options)) {}
  explicit NAdam(Parameters parameters, NAdamOptions options = {});
  const char* kind() const override { return "NAdam"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  double momentum(int64_t step) const;
  double product_of(int64_t step);
  int64_t product_step_ = 0;  // how many factors product_ has
  double product_ = 1;
  NAdamOptions options_;
};

}  // namespace lamina::optim

#pragma once

#include <utility>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct RAdamOptions {
  LearningRate lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
};

// Adam whose steps are not divided by a variance that is not known yet (Liu et al. 2020):
//   rho_inf = 2 / (1 - beta2) - 1;  rho = rho_inf - 2 t beta2^t / (1 - beta2^t)
//   r = sqrt((rho - 4) (rho - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho))
//   p = p - lr m' r sqrt(1 - beta2^t) / (sqrt(v) + eps), or p - lr m' while rho <= 5
class RAdam : public Optimizer {
 public:
  explicit RAdam(RAdamOptions options = {}) : RAdam(Parameters(), std::move(options)) {}
  explicit RAdam(Parameters parameters, RAdamOptions options = {});
  const char* kind() const override { return "RAdam"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  RAdamOptions options_;
};

}  // namespace lamina::optim

#pragma once

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct AdadeltaOptions {
  LearningRate lr = 1.0;
  double rho = 0.9;
  double eps = 1e-6;
  double weight_decay = 0;
};

// Steps in the units of the parameter (Zeiler 2012):
//   v = rho * v + (1 - rho) * g^2;  d = sqrt(u + eps) / sqrt(v + eps) * g
//   u = rho * u + (1 - rho) * d^2;  p = p - lr * d
class Adadelta : public Optimizer {
 public:
  explicit Adadelta(AdadeltaOptions options = {}) : Adadelta(Parameters(), std::move(options)) {}
  explicit Adadelta(Parameters parameters, AdadeltaOptions options = {});
  const char* kind() const override { return "Adadelta"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  AdadeltaOptions options_;
};

}  // namespace lamina::optim

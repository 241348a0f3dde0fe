#pragma once

#include <utility>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct AdafactorOptions {
  LearningRate lr = 1e-2;
  double beta2_decay = -0.8;
  std::pair<double, double> eps = {1.1920928955078125e-07, 1e-3};
  double d = 1;
  double weight_decay = 0;  // decoupled
};

// Adam's variance of a matrix kept as one row and one column (Shazeer and Stern 2018):
//   beta = 1 - t^beta2_decay;  rho = min(lr, 1 / sqrt(t));  alpha = max(eps2, rms(p)) * rho
//   R = beta * R + (1 - beta) * mean of g^2 along rows;  C likewise along columns
//   u = g / sqrt(R C / mean(R));  p = p - alpha / max(1, rms(u) / d) * u
// Vectors keep the whole variance.
class Adafactor : public Optimizer {
 public:
  explicit Adafactor(AdafactorOptions options = {}) : Adafactor(Parameters(), std::move(options)) {}
  explicit Adafactor(Parameters parameters, AdafactorOptions options = {});
  const char* kind() const override { return "Adafactor"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;
  Array first_slot(size_t slot, const Array& value) const override;

 private:
  AdafactorOptions options_;
};

}  // namespace lamina::optim

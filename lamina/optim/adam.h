#pragma once

#include <utility>

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct AdamOptions {
  LearningRate lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  bool amsgrad = false;  // v is the largest so far (Reddi et al. 2018)
};

// Adam (Kingma and Ba 2015), with weight decay added to the gradient:
//   m = beta1 * m + (1 - beta1) * g;  v = beta2 * v + (1 - beta2) * g^2
//   p = p - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps)
class Adam : public Optimizer {
 public:
  explicit Adam(AdamOptions options = {}) : Adam(Parameters(), std::move(options)) {}
  explicit Adam(Parameters parameters, AdamOptions options = {});
  const char* kind() const override { return "Adam"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;
  Array move(Array value, Array gradient, std::vector<Array>& slots, int64_t step);
  const AdamOptions& options() const { return options_; }

 private:
  AdamOptions options_;
};

struct AdamWOptions {
  LearningRate lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;
};

// Adam with decoupled weight decay (Loshchilov and Hutter 2019): p = p * (1 - lr * weight_decay)
// before the move, and none of it in the gradient.
class AdamW : public Adam {
 public:
  explicit AdamW(AdamWOptions options = {}) : AdamW(Parameters(), std::move(options)) {}
  explicit AdamW(Parameters parameters, AdamWOptions options = {})
      : Adam(std::move(parameters),
             {options.lr, options.betas, options.eps, options.weight_decay, options.amsgrad}) {}
  const char* kind() const override { return "AdamW"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;
};

}  // namespace lamina::optim

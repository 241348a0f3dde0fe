#pragma once

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct RMSpropOptions {
  LearningRate lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  bool centered = false;
};

// RMSprop (Hinton 2012), as in Graves 2013 when centered:
//   v = alpha * v + (1 - alpha) * g^2;  d = sqrt(v) + eps, or sqrt(v - a^2) + eps with the running mean a of g
//   p = p - lr * g / d, or with momentum  b = momentum * b + g / d;  p = p - lr * b
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(RMSpropOptions options = {}) : RMSprop(Parameters(), std::move(options)) {}
  explicit RMSprop(Parameters parameters, RMSpropOptions options = {});
  const char* kind() const override { return "RMSprop"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  RMSpropOptions options_;
};

}  // namespace lamina::optim

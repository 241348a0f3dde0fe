#pragma once

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct SGDOptions {
  LearningRate lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
};

// Stochastic gradient descent, with momentum as in Sutskever et al. 2013:
//   g = gradient + weight_decay * p;  b = momentum * b + (1 - dampening) * g  (b = g at first)
//   p = p - lr * b, or with nesterov  p - lr * (g + momentum * b)
class SGD : public Optimizer {
 public:
  explicit SGD(SGDOptions options = {}) : SGD(Parameters(), std::move(options)) {}
  explicit SGD(Parameters parameters, SGDOptions options = {});
  const char* kind() const override { return "SGD"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;

 private:
  SGDOptions options_;
};

}  // namespace lamina::optim

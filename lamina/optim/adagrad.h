#pragma once

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct AdagradOptions {
  LearningRate lr = 1e-2;
  double lr_decay = 0;
  double weight_decay = 0;
  double initial_accumulator_value = 0;
  double eps = 1e-10;
};

// Rates that fall with the squares of all gradients so far (Duchi et al. 2011):
//   s = s + g^2;  p = p - lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps)
class Adagrad : public Optimizer {
 public:
  explicit Adagrad(AdagradOptions options = {}) : Adagrad(Parameters(), std::move(options)) {}
  explicit Adagrad(Parameters parameters, AdagradOptions options = {});
  const char* kind() const override { return "Adagrad"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;
  Array first_slot(size_t slot, const Array& value) const override;

 private:
  AdagradOptions options_;
};

}  // namespace lamina::optim

#pragma once

#include "lamina/optim/optimizer.h"

namespace lamina::optim {

struct FtrlOptions {
  LearningRate lr = 1e-3;
  double lr_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1 = 0;
  double l2 = 0;
  double l2_shrinkage = 0;
  double beta = 0;
};

// Follow the regularised leader (McMahan et al. 2013), with Keras' additions:
//   n' = n + g^2;  z = z + g + 2 l2_shrinkage p - (n'^-lr_power - n^-lr_power) / lr * p
//   p = (clip(z, -l1, l1) - z) / (n'^-lr_power / lr + 2 l2 + beta / lr)
class Ftrl : public Optimizer {
 public:
  explicit Ftrl(FtrlOptions options = {}) : Ftrl(Parameters(), std::move(options)) {}
  explicit Ftrl(Parameters parameters, FtrlOptions options = {});
  const char* kind() const override { return "Ftrl"; }

 protected:
  Array update(Array value, Array gradient, std::vector<Array>& slots, int64_t step) override;
  Array first_slot(size_t slot, const Array& value) const override;

 private:
  FtrlOptions options_;
};

}  // namespace lamina::optim

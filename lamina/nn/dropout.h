#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

// In training sets elements to 0 with probability p and divides the others by 1 - p (Srivastava et al. 2014);
// nothing in evaluation.
class Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5);
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  double p;
};

}  // namespace lamina::nn

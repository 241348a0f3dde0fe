#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

struct RMSNormOptions {
  double eps = 1e-6;
  bool elementwise_affine = true;
  DType dtype = float32;
};

// x / sqrt(mean(x^2) + eps) * weight over the last axes (Zhang and Sennrich 2019).
class RMSNorm : public Module {
 public:
  explicit RMSNorm(int64_t features, RMSNormOptions options = {})
      : RMSNorm(IntList{features}, options) {}
  explicit RMSNorm(IntList normalized_shape, RMSNormOptions options = {});
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  IntList normalized_shape;
  RMSNormOptions options;
  Parameter weight;
};

// x [N, C, ..] divided by a power of the mean square over neighbouring channels (Krizhevsky et al.
// 2012).
class LocalResponseNorm : public Module {
 public:
  explicit LocalResponseNorm(int64_t size, double alpha = 1e-4, double beta = 0.75, double k = 1)
      : size(size), alpha(alpha), beta(beta), k(k) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  int64_t size;
  double alpha, beta, k;
};

}  // namespace lamina::nn

#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;
  bool bias = true;
  DType dtype = float32;
};

// Normalised over the last axes, which have sizes `normalized_shape` (Ba et al. 2016).
class LayerNorm : public Module {
 public:
  explicit LayerNorm(int64_t features, LayerNormOptions options = {})
      : LayerNorm(IntList{features}, options) {}
  explicit LayerNorm(IntList normalized_shape, LayerNormOptions options = {});
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  IntList normalized_shape;
  LayerNormOptions options;
  Parameter weight, bias;
};

}  // namespace lamina::nn

#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

struct BilinearOptions {
  bool bias = true;
  DType dtype = float32;
};

// x1 [.., I] and x2 [.., J] -> x1^T weight[o] x2 + bias[o]: [.., out].
class Bilinear : public Module {
 public:
  Bilinear(int64_t in1_features, int64_t in2_features, int64_t out_features,
           BilinearOptions options = {});
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  int64_t in1_features, in2_features, out_features;
  BilinearOptions options;
  Parameter weight, bias;
};

}  // namespace lamina::nn

#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

struct LinearOptions {
  bool bias = true;
  DType dtype = float32;
};

// x [.., in] -> x @ weight.T + bias [.., out]; weight [out, in], bias [out].
class Linear : public Module {
 public:
  Linear(int64_t in_features, int64_t out_features, LinearOptions options = {});
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string description() const override;
  std::string arguments() const override;

  int64_t in_features, out_features;
  LinearOptions options;
  Parameter weight, bias;
};

}  // namespace lamina::nn

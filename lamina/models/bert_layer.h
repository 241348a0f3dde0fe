#pragma once

#include "lamina/models/bert.h"
#include "lamina/nn/module.h"

namespace lamina::models {

inline constexpr double kBertEpsilon = 1e-12;  // of its layer norms

// One layer of a BertEncoder: called with x [N, L, hidden_size] and perhaps a mask.
class BertLayer : public nn::Module {
 public:
  explicit BertLayer(BertEncoderOptions options);
  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  std::unique_ptr<nn::Module> fresh() const override;

  BertEncoderOptions options;

 private:
  nn::Module *attention_, *intermediate_, *output_;
};

}  // namespace lamina::models

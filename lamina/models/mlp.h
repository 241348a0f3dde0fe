// MLP: fully connected layers with an activation between them.
//
//   models::MLP net = models::fcn5();
//   Array scores = net(rows);  // [N, 784] -> [N, 10]
//
// Parameters have the names of the same net written with Sequential: "0.weight", "2.weight", ..
#pragma once

#include <cstdint>
#include <vector>

#include "lamina/nn/sequential.h"

namespace lamina::models {

enum class Activation : uint8_t { ReLU, Sigmoid, Tanh, GELU };

struct MLPOptions {
  Activation activation = Activation::ReLU;
  bool bias = true;
};

// x [.., sizes.front()] -> [.., sizes.back()]; the last layer has no activation.
class MLP : public nn::Sequential {
 public:
  explicit MLP(std::vector<int64_t> sizes, MLPOptions options = {});
  std::unique_ptr<nn::Module> fresh() const override;
  std::string arguments() const override;

  std::vector<int64_t> sizes;
  MLPOptions options;
};

// The two nets of Shi et al., "Benchmarking State-of-the-Art Deep Learning Software Tools" (2016),
// with sigmoids: 784-2048-4096-1024-10 for images of digits, and 26752-2048-2048-2048-26752, whose
// 118 million weights take longer to read than a small batch takes to compute.
MLP fcn5();
MLP fcn_wide();

}  // namespace lamina::models

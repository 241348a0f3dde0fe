#pragma once

#include "lamina/nn/module.h"

namespace lamina::models {

// Draws the weights of all convolutions in `net` as He et al. 2015 do, normally distributed, and
// sets the biases of all linear layers to 0 if asked. `fan_out` keeps the variance of gradients
// instead of that of outputs.
struct HeOptions {
  bool fan_out = false;
  bool zero_linear_bias = false;
};
void he_initialise(nn::Module& net, HeOptions options = {});

// Throws ValueError unless 1 <= value <= most: before anything is allocated for it.
void check_size(const char* net, const char* what, int64_t value, int64_t most = int64_t{1} << 24);

}  // namespace lamina::models

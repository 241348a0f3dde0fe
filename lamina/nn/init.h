// Initial values of parameters, as PyTorch's nn.init draws them. Draws come from the default generator: the
// same lm::seed, the same values.
#pragma once

#include <cmath>

#include "lamina/core/array.h"

namespace lamina::nn::init {

// Within this scope every initialiser gives zeros and draws nothing: for modules whose values come from
// elsewhere (a clone, a file).
class Skip {
 public:
  Skip();
  ~Skip();
  Skip(const Skip&) = delete;

 private:
  bool before_;
};

Array zeros(IntList shape, DType dtype = float32);
Array ones(IntList shape, DType dtype = float32);
Array constant(IntList shape, double value, DType dtype = float32);
Array uniform(IntList shape, double low, double high, DType dtype = float32);
Array normal(IntList shape, double mean = 0, double deviation = 1, DType dtype = float32);

// How many inputs and outputs an element of a weight [out, in, kernel..] connects.
struct Fans {
  double in = 1, out = 1;
};
Fans fans(const IntList& shape);

// He et al. 2015: keeps the variance through layers with (leaky) relu of slope `a` below 0.
struct KaimingOptions {
  double a = 0;
  bool fan_out = false;  // keep the variance of gradients instead
  DType dtype = float32;
};
Array kaiming_uniform(IntList shape, KaimingOptions options = {});
Array kaiming_normal(IntList shape, KaimingOptions options = {});

// Glorot and Bengio 2010: between both.
Array xavier_uniform(IntList shape, double gain = 1, DType dtype = float32);
Array xavier_normal(IntList shape, double gain = 1, DType dtype = float32);

// What linear and convolution layers start with: weight and bias uniform in +-1/sqrt(fan in).
inline Array layer_weight(IntList shape, DType dtype) {
  return kaiming_uniform(std::move(shape), {.a = std::sqrt(5.0), .dtype = dtype});
}
Array layer_bias(int64_t size, double fan_in, DType dtype);

}  // namespace lamina::nn::init

// Activations beside those of elementwise.h (relu, sigmoid, softplus, leaky_relu, elu, silu, gelu).
// Arguments broadcast; integers become float32.
#pragma once

#include <string_view>

#include "lamina/core/array.h"
#include "lamina/ops/random.h"

namespace lamina {

// Pieces of straight lines.
Array relu6(Array x);  // min(max(x, 0), 6)
Array hardtanh(Array x, Array min_val = -1.0, Array max_val = 1.0);
Array hardsigmoid(Array x);                              // relu6(x + 3) / 6
Array hardswish(Array x);                                // x hardsigmoid(x), also hard_silu
Array threshold(Array x, Array threshold, Array value);  // x above the threshold, else value
Array hardshrink(Array x, Array threshold = 0.5);        // 0 for |x| <= threshold, else x
Array softshrink(Array x, Array threshold = 0.5);        // x moved to 0 by the threshold
Array sparse_plus(Array x);
Array sparse_sigmoid(Array x);

// Smooth ones.
Array selu(Array x);
Array celu(Array x, Array alpha = 1.0);
Array mish(Array x);                                // x tanh(softplus(x))
Array softsign(Array x);                            // x / (1 + |x|)
Array tanhshrink(Array x);                          // x - tanh(x)
Array logsigmoid(Array x);                          // log(sigmoid(x))
Array squareplus(Array x, Array b = 4.0);           // (x + sqrt(x^2 + b)) / 2
Array gelu_tanh(Array x);                           // gelu by tanh instead of erf
Array gelu(Array x, std::string_view approximate);  // "none" or "tanh"

// leaky_relu with one slope for each channel of x [N, C, ..], or one for all: weight [C] or [1].
Array prelu(Array x, Array weight);

// leaky_relu whose slope is drawn from [lower, upper) for each element in training, and is their
// mean otherwise.
struct RReluOptions {
  double lower = 1.0 / 8;
  double upper = 1.0 / 3;
  bool training = false;
};
Array rrelu(Array x, RReluOptions options = {}, Generator& generator = default_generator());

// The first half of x along the axis times the sigmoid of the second.
Array glu(Array x, int axis = -1);

// softmax(-x).
Array softmin(Array x, int axis = -1);

// The nearest point of the simplex: like softmax, but small entries become exactly 0.
Array sparsemax(Array x, int axis = -1);

// A draw from softmax(logits) that has a gradient: softmax((logits + gumbel noise) / tau). With
// `hard` it is rounded to one_hot, and keeps the soft one's gradient.
struct GumbelSoftmaxOptions {
  double tau = 1;
  bool hard = false;
  int axis = -1;
};
Array gumbel_softmax(Array logits, GumbelSoftmaxOptions options = {},
                     Generator& generator = default_generator());

}  // namespace lamina

// oneDNN behind an interface of our own, so that a newer one can replace it and machines can do
// without it: onednn.cpp alone includes its headers. Each function returns a kernel for fixed
// shapes and layouts, or null with the reason in `refusal`.
//
// A kernel's operands are the inputs, then those of post-ops, then the output, in the order of the
// function's arguments. Every layout is plain (any strides that oneDNN knows); weights that it wants
// in a layout of its own are a preparation, other operands are converted in the kernel's scratch.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "lamina/backends/cpu/post_ops.h"
#include "lamina/core/shape.h"
#include "lamina/op/backend.h"

namespace lamina::onednn {

// The number of threads is part of the plan: oneDNN divides the work when it prepares.
struct Execution {
  int threads = 1;
};

// a [batch.., M, K] x b [batch.., K, N] -> c [batch.., M, N]; batch axes of a and b may be 1.
std::unique_ptr<Kernel> make_matmul(const Operand& a, const Operand& b, const Operand& c,
                                    std::span<const backend::PostOp> post_ops, Execution execution,
                                    std::string& refusal);

// Whether products of 8-bit integers are exact: older processors saturate sums of two of them.
bool multiplies_8_bits();

// x [M, K] and weight [K, N] of 8 bits, y [M, N] = scale[n] * x weight [+ bias[n]], then steps.
// Operands: x, weight, scale [, bias], those of steps, y.
struct QuantizedProductProblem {
  Operand x, weight, scale;
  const Operand* bias = nullptr;
  Operand y;
  std::span<const backend::PostOp> post_ops;
};
std::unique_ptr<Kernel> make_quantized_product(const QuantizedProductProblem& problem,
                                               Execution execution, std::string& refusal);

enum class Convolution { Forward, InputGradient, WeightGradient };

struct ConvolutionProblem {
  Convolution kind;
  Operand x, weight, y;           // or their gradients; weight [O, C, k..] or [groups, O, C, k..]
  const Operand* bias = nullptr;  // [O], forward only
  const Operand* scale = nullptr;  // [O], of x and weight of 8 bits; forward only
  IntList stride, padding_low, padding_high, dilation;
  std::span<const backend::PostOp> post_ops;  // forward only
};

// Operands: x, weight [, scale] [, bias], y; y, weight, x; or x, y, weight, for the three kinds.
std::unique_ptr<Kernel> make_convolution(const ConvolutionProblem& problem, Execution execution,
                                         std::string& refusal);

struct PoolingProblem {
  bool gradient;  // operands: x, y; for a gradient: that of y, that of x
  bool count_padding;
  Operand x, y;
  IntList window, stride, padding_low, padding_high;
};

// Averages only: its maxima need a workspace between forward and backward.
std::unique_ptr<Kernel> make_average_pooling(const PoolingProblem& problem, Execution execution,
                                             std::string& refusal);

// The same values in other strides, or in another floating type.
std::unique_ptr<Kernel> make_reorder(const Operand& from, const Operand& to, Execution execution,
                                     std::string& refusal);

}  // namespace lamina::onednn

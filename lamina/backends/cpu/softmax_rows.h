// The vector code of softmax, per instruction set.
#pragma once

#include <cstdint>

namespace lamina::cpu {

// x and y are [rows, columns], contiguous; y may be x.
using SoftmaxFunction = void (*)(const float* x, float* y, int64_t rows, int64_t columns);
SoftmaxFunction softmax_rows(bool log);

// Each row of x becomes e^(x - its maximum); with 1 / their sum, and the logarithm of the sum of e^x.
// A row of -inf becomes zeros with the sum 1 and the logarithm -inf.
using ExponentialsFunction = void (*)(float* x, int64_t rows, int64_t columns, float* inverse_sums,
                                      float* logsumexp);
ExponentialsFunction exponentials_of_rows();

}  // namespace lamina::cpu

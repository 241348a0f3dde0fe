// The vector code of softmax, per instruction set.
#pragma once

#include <cstdint>

namespace lamina::cpu {

// x and y are [rows, columns], contiguous; y may be x.
using SoftmaxFunction = void (*)(const float* x, float* y, int64_t rows, int64_t columns);
SoftmaxFunction softmax_rows(bool log);

}  // namespace lamina::cpu

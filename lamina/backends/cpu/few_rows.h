// The vector code of products of a few rows with bfloat16 weights, per instruction set: what such a
// product costs is reading the weights.
#pragma once

#include <cstdint>

#include "lamina/base/half.h"

namespace lamina::cpu {

inline constexpr int64_t kFewRows = 4;
inline constexpr int64_t kPairs = 32;  // a multiple of what a vector holds of them

// Elements that a row of `depth` takes once it is spread.
constexpr int64_t spread_row(int64_t depth) { return (depth + 2 * kPairs - 1) / kPairs * kPairs; }

struct FewRowsKernels {
  // Rows of x as float: the even elements, then the odd ones, each half with zeros behind it, so that
  // both halves of a pair of weights meet theirs as they lie.
  void (*spread)(const BFloat16* x, int64_t rows, int64_t depth, float* to);
  // y[m, n] for columns first .. last: the sum over k of x[m, k] w[n, k], in an order that does not
  // depend on which columns are computed together. Rows of y lie y_row elements apart.
  void (*multiply)(const float* spread_x, int64_t rows, int64_t depth, const BFloat16* w,
                   int64_t first, int64_t last, BFloat16* y, int64_t y_row);
};
const FewRowsKernels& few_rows_kernels();

}  // namespace lamina::cpu

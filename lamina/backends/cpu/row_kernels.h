// One row times a matrix: what a recurrent net computes in each step of a single sequence. Memory
// limits it, so the matrix is packed once into panels of columns that are read from end to end.
// matmul_row.cpp puts it together.
#pragma once

#include <cstdint>
#include <span>

#include "lamina/backends/cpu/applied_steps.h"

namespace lamina::cpu {

// c[j] = steps(sum over k of a[k] b[k, j]), the sum in the order of k.
struct RowProduct {
  const float* a;
  const float* panels;  // [panels][depth][columns of a panel]; missing columns are zeros
  float* c;
  int64_t columns, depth;
  std::span<const backend::AppliedStep> steps;
};

struct RowKernels {
  int64_t panel;  // columns that are computed together
  // Panels first .. last, the last one first with `backwards`.
  void (*multiply)(const RowProduct& product, int64_t first, int64_t last, bool backwards);
};
const RowKernels& row_kernels();

}  // namespace lamina::cpu

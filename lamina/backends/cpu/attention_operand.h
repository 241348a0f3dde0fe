// What the kernels of attention and of its gradient share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lamina/op/backend.h"

namespace lamina::backend {

// An operand [batch.., rows, columns], or [batch.., rows]; entries of axes of size 1 are the same for
// the whole batch. Distances in elements.
struct Matrices {
  std::vector<int64_t> steps;  // of the batch axes
  int64_t row = 0, column = 0;

  Matrices() = default;
  Matrices(const Operand& operand, int last_axes) {
    const int batch = operand.shape.rank() - last_axes;
    const auto step = [&](int axis) {
      return operand.shape[axis] == 1 ? 0 : operand.strides[axis];
    };
    for (int axis = 0; axis < batch; ++axis) steps.push_back(step(axis));
    row = step(batch);
    if (last_axes == 2) column = step(batch + 1);
  }
  // Of entry number `entry` of a batch whose axes are the first ones of `shape`.
  int64_t offset(int64_t entry, const Shape& shape) const {
    int64_t result = 0;
    for (size_t axis = steps.size(); axis-- > 0; entry /= shape[axis])
      result += entry % shape[axis] * steps[axis];
    return result;
  }
};

enum class Masked { No, Chosen, Added };

inline Masked masked_by(const Operand& mask) {
  return mask.dtype == DType::Bool ? Masked::Chosen : Masked::Added;
}

// Heads that were taken apart lie so that they can be put together again without a copy; what is
// computed from them is laid out in the same way.
inline Strides strides_like_heads(const Operand& heads, const Shape& shape) {
  const bool apart = shape.rank() == 4 && heads.shape[1] > 1 && heads.strides[1] < heads.strides[2];
  return apart ? strides_in_order(shape, {0, 2, 1, 3}) : row_major_strides(shape);
}

}  // namespace lamina::backend

// Single operations on bools and small integers in their own width, for the best instruction set. Wrapping
// sums and products need no more; minima, comparisons and the rest of the list have the same
// result as in 64 bits, in which longer loops compute.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lamina/core/dtype.h"
#include "lamina/op/scalar.h"

namespace lamina::cpu {

// to[i] = a[i * a_step] op b[i * b_step]; steps are 0 or 1, b is not read by ops of one operand.
using SmallIntegerFunction = void (*)(std::byte* to, const std::byte* a, const std::byte* b,
                                      int64_t n, int64_t a_step, int64_t b_step);

// Null where op is not on the list, or the type is neither bool nor one of 8, 16 or 32 bits.
SmallIntegerFunction small_integer_function(ScalarOp op, DType dtype);

// The values of one type as another; null where the tile interpreter is as good.
SmallIntegerFunction small_integer_cast(DType from, DType to);

}  // namespace lamina::cpu

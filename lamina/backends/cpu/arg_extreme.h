// Positions of the first largest or smallest values; a NaN beats every number. Found by type and
// direction, for the best instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lamina/core/dtype.h"

namespace lamina::cpu {

struct ArgExtreme {
  // Among n >= 1 contiguous elements.
  int64_t (*in_run)(const std::byte* x, int64_t n);
  // Of each of n <= kArgColumns columns, `step` bytes from row to row.
  void (*in_columns)(const std::byte* x, int64_t rows, int64_t step, int64_t n, int64_t* positions);
  // Whether element j takes the place of element i, when i was found first.
  bool (*beats)(const std::byte* x, int64_t j, int64_t i);
};
inline constexpr int64_t kArgColumns = 256;
inline constexpr int64_t kArgRows = int64_t{1} << 31;  // columns are not longer

ArgExtreme arg_extreme(DType dtype, bool largest);

}  // namespace lamina::cpu

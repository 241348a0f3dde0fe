// A block of 4 x 4 elements of 32 bits turns in four registers of 128 bits, which every vector machine has;
// other sizes go element by element. Blocks are walked in tiles of a few cache lines each way, so that
// no line is fetched twice.
#include "lamina/backends/cpu/transpose.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/transpose.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_ATTR void turn_elements(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows,
                            int64_t columns) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      to[row * to_step + column] = from[column * from_step + row];
    }
  }
}

#if HWY_TARGET != HWY_SCALAR
HWY_ATTR HWY_INLINE void turn_4x4(const uint32_t* from, int64_t from_step, uint32_t* to,
                                  int64_t to_step) {
  const hn::FixedTag<uint32_t, 4> d;
  const hn::FixedTag<uint64_t, 2> pairs;
  const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + from_step);
  const auto c = hn::LoadU(d, from + 2 * from_step), e = hn::LoadU(d, from + 3 * from_step);
  const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
  const auto ab_high = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
  const auto ce_low = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ce_low)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ce_low)), d, to + to_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ce_high)), d, to + 2 * to_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ce_high)), d, to + 3 * to_step);
}
#endif

constexpr int64_t kSide = 16;  // elements of 32 bits in a cache line

#if HWY_TARGET != HWY_SCALAR
// A square whose sides are cache lines passes through a buffer, so that each line of `from` is read once and
// each of `to` written once: where the steps are powers of two, few of the lines fit the cache together.
HWY_ATTR HWY_INLINE void turn_square(const uint32_t* from, int64_t from_step, uint32_t* to,
                                     int64_t to_step) {
  HWY_ALIGN uint32_t square[kSide * kSide];
  for (int64_t column = 0; column < kSide; column += 4) {
    for (int64_t row = 0; row < kSide; row += 4) {
      turn_4x4(from + column * from_step + row, from_step, square + row * kSide + column, kSide);
    }
  }
  const hn::CappedTag<uint32_t, kSide> d;
  for (int64_t row = 0; row < kSide; ++row) {
    for (size_t i = 0; i < kSide; i += hn::Lanes(d)) {
      hn::StoreU(hn::Load(d, square + row * kSide + i), d, to + row * to_step + i);
    }
  }
}
#endif

// Squares, then blocks of 4 x 4, then single elements: what is left on the right, then below.
template <class T>
HWY_ATTR void turn_tile(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows,
                        int64_t columns) {
  int64_t whole_rows = 0, whole_columns = 0;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (sizeof(T) == 4) {
    if (rows == kSide && columns == kSide) return turn_square(from, from_step, to, to_step);
    whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
    for (int64_t row = 0; row < whole_rows; row += 4) {
      for (int64_t column = 0; column < whole_columns; column += 4) {
        turn_4x4(from + column * from_step + row, from_step, to + row * to_step + column, to_step);
      }
    }
  }
#endif
  turn_elements(from + whole_columns * from_step, from_step, to + whole_columns, to_step, whole_rows,
                columns - whole_columns);
  turn_elements(from + whole_rows, from_step, to + whole_rows * to_step, to_step, rows - whole_rows,
                columns);
}

template <class T>
HWY_ATTR void in_tiles(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows,
                       int64_t columns) {
  for (int64_t row = 0; row < rows; row += kSide) {
    for (int64_t column = 0; column < columns; column += kSide) {
      turn_tile(from + column * from_step + row, from_step, to + row * to_step + column, to_step,
                std::min(kSide, rows - row), std::min(kSide, columns - column));
    }
  }
}

#define LAMINA_TRANSPOSE(name, T)                                                         \
  void name(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows,       \
            int64_t columns) {                                                            \
    in_tiles(from, from_step, to, to_step, rows, columns);                                \
  }
LAMINA_TRANSPOSE(transpose_1, uint8_t)
LAMINA_TRANSPOSE(transpose_2, uint16_t)
LAMINA_TRANSPOSE(transpose_4, uint32_t)
LAMINA_TRANSPOSE(transpose_8, uint64_t)
#undef LAMINA_TRANSPOSE

}  // namespace lamina::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::backend {

#define LAMINA_TRANSPOSE(name, T)                                                         \
  HWY_EXPORT(name);                                                                       \
  void transpose(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows,  \
                 int64_t columns) {                                                       \
    HWY_DYNAMIC_DISPATCH(name)(from, from_step, to, to_step, rows, columns);              \
  }
LAMINA_TRANSPOSE(transpose_1, uint8_t)
LAMINA_TRANSPOSE(transpose_2, uint16_t)
LAMINA_TRANSPOSE(transpose_4, uint32_t)
LAMINA_TRANSPOSE(transpose_8, uint64_t)
#undef LAMINA_TRANSPOSE

}  // namespace lamina::backend
#endif

// A block of 4 x 4 elements of 32 bits turns in four registers of 128 bits, which every vector
// machine has; other sizes go element by element. Blocks are walked in tiles of a few cache lines
// each way, so that no line is fetched twice.
#include "lamina/backends/cpu/transpose.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/transpose.cpp"
#include <hwy/cache_control.h>
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
// A square whose sides are cache lines passes through a buffer, so that each line of `from` is read
// once and each of `to` written once: where the steps are powers of two, few of the lines fit the
// cache together.
template <bool kStream>
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
      const auto line = hn::Load(d, square + row * kSide + i);
      if constexpr (kStream) {
        hn::Stream(line, d, to + row * to_step + i);
      } else {
        hn::StoreU(line, d, to + row * to_step + i);
      }
    }
  }
}
#endif

// One square, or blocks of 4 x 4 and single elements for what is left on the right, then below.
template <class T>
HWY_ATTR void turn_tile(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows,
                        int64_t columns, [[maybe_unused]] bool stream) {
  int64_t whole_rows = 0, whole_columns = 0;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (sizeof(T) == 4) {
    if (rows == kSide && columns == kSide) {
      return stream ? turn_square<true>(from, from_step, to, to_step)
                    : turn_square<false>(from, from_step, to, to_step);
    }
    whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
    for (int64_t row = 0; row < whole_rows; row += 4) {
      for (int64_t column = 0; column < whole_columns; column += 4) {
        turn_4x4(from + column * from_step + row, from_step, to + row * to_step + column, to_step);
      }
    }
  }
#endif
  turn_elements(from + whole_columns * from_step, from_step, to + whole_columns, to_step,
                whole_rows, columns - whole_columns);
  turn_elements(from + whole_rows, from_step, to + whole_rows * to_step, to_step, rows - whole_rows,
                columns);
}

// Tiles of 64 x 64, so that the pages of a tile fit the first table of translations.
template <class T>
HWY_ATTR void in_tiles(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows,
                       int64_t columns) {
  constexpr int64_t kTile = 4 * kSide;
  // Lines that are written whole need not be read first, if they are whole lines of memory; worth
  // it where the plane would not stay in the cache anyway (twice as fast there).
  constexpr size_t kLine = kSide * 4, kLarge = 1 << 20;
  const bool stream = sizeof(T) == 4 && reinterpret_cast<uintptr_t>(to) % kLine == 0 &&
                      to_step % kSide == 0 && static_cast<size_t>(rows * columns) * 4 >= kLarge;
  for (int64_t tile_row = 0; tile_row < rows; tile_row += kTile) {
    for (int64_t tile_column = 0; tile_column < columns; tile_column += kTile) {
      const int64_t last_row = std::min(rows, tile_row + kTile);
      const int64_t last_column = std::min(columns, tile_column + kTile);
      for (int64_t row = tile_row; row < last_row; row += kSide) {
        for (int64_t column = tile_column; column < last_column; column += kSide) {
          turn_tile(from + column * from_step + row, from_step, to + row * to_step + column,
                    to_step, std::min(kSide, last_row - row), std::min(kSide, last_column - column),
                    stream);
        }
      }
    }
  }
  if (stream) hwy::FlushStream();
}

#define LAMINA_TRANSPOSE(name, T)                                                   \
  void name(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows, \
            int64_t columns) {                                                      \
    in_tiles(from, from_step, to, to_step, rows, columns);                          \
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

#define LAMINA_TRANSPOSE(name, T)                                                        \
  HWY_EXPORT(name);                                                                      \
  void transpose(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t rows, \
                 int64_t columns) {                                                      \
    HWY_DYNAMIC_DISPATCH(name)(from, from_step, to, to_step, rows, columns);             \
  }
LAMINA_TRANSPOSE(transpose_1, uint8_t)
LAMINA_TRANSPOSE(transpose_2, uint16_t)
LAMINA_TRANSPOSE(transpose_4, uint32_t)
LAMINA_TRANSPOSE(transpose_8, uint64_t)
#undef LAMINA_TRANSPOSE

}  // namespace lamina::backend
#endif

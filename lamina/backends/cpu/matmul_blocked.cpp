// The product of matmul_blocked.h, compiled for each instruction set that Highway knows; the best
// one that the machine has runs. After Goto and van de Geijn (2008): a block of b is packed into
// panels as wide as a tile, a block of a into panels as high as one, and the tile of c stays in
// registers for the whole depth.
#include "lamina/backends/cpu/matmul_blocked.h"

#include <algorithm>

#include "lamina/backends/cpu/transpose.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/matmul_blocked.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The tile is as large as the registers allow: 8 x 3 vectors of 32 registers, 4 x 3 of 16.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int kTileRows = 8;
#else
constexpr int kTileRows = 4;
#endif
constexpr int kTileVectors = 3;

// Vectors of at most 512 bits, so that a tile's width is a constant where registers have one size.
template <class T>
using Tag = hn::CappedTag<T, 64 / sizeof(T)>;

// `lines` x depth elements to panels of `height` lines, in each of which the lines of one depth lie
// together. Lines that are missing from the last panel are zeros.
template <class T>
HWY_ATTR void pack(const T* HWY_RESTRICT from, int64_t line_step, int64_t depth_step, int64_t lines,
                   int64_t depth, int64_t height, T* HWY_RESTRICT to) {
  const Tag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t first = 0; first < lines; first += height, to += height * depth) {
    const int64_t count = std::min(height, lines - first);
    const T* panel = from + first * line_step;
    if (line_step == 1 && count == height && height % lanes == 0) {
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t i = 0; i < height; i += lanes) {
          hn::StoreU(hn::LoadU(d, panel + k * depth_step + i), d, to + k * height + i);
        }
      }
    } else if (line_step == 1) {
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t i = 0; i < count; ++i) to[k * height + i] = panel[k * depth_step + i];
        for (int64_t i = count; i < height; ++i) to[k * height + i] = 0;
      }
    } else if (sizeof(T) == 4 && depth_step == 1 && count == height) {
      transpose(reinterpret_cast<const uint32_t*>(panel), line_step,
                reinterpret_cast<uint32_t*>(to), height, depth, height);
    } else {
      // Eight deep at a time, so that each cache line of `from` is used whole while it is near.
      for (int64_t block = 0; block < depth; block += 8) {
        const int64_t end = std::min(depth, block + 8);
        for (int64_t i = 0; i < count; ++i) {
          const T* line = panel + i * line_step;
          for (int64_t k = block; k < end; ++k) to[k * height + i] = line[k * depth_step];
        }
        for (int64_t k = block; k < end; ++k) {
          for (int64_t i = count; i < height; ++i) to[k * height + i] = 0;
        }
      }
    }
  }
}

// c (kTileRows x kVectors vectors) = or += a panel x b panel. The last columns need fewer vectors.
template <int kVectors, class T>
HWY_ATTR void tile(const T* HWY_RESTRICT a, const T* HWY_RESTRICT b, int64_t depth, bool add,
                   T* HWY_RESTRICT c, int64_t c_row) {
  const Tag<T> d;
  using V = hn::Vec<Tag<T>>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  // Named one by one: an array of vectors would not stay in registers on every target.
#define LAMINA_ROW(i) \
  [[maybe_unused]] V s##i##0 = hn::Zero(d), s##i##1 = s##i##0, s##i##2 = s##i##0;
#define LAMINA_STEP(i)                                                     \
  {                                                                        \
    const V factor = hn::Set(d, a[i]);                                     \
    s##i##0 = hn::MulAdd(factor, b0, s##i##0);                             \
    if constexpr (kVectors > 1) s##i##1 = hn::MulAdd(factor, b1, s##i##1); \
    if constexpr (kVectors > 2) s##i##2 = hn::MulAdd(factor, b2, s##i##2); \
  }
#define LAMINA_STORE(i)                                        \
  {                                                            \
    T* row = c + i * c_row;                                    \
    put(s##i##0, row);                                         \
    if constexpr (kVectors > 1) put(s##i##1, row + lanes);     \
    if constexpr (kVectors > 2) put(s##i##2, row + 2 * lanes); \
  }
  const auto put = [d, add](V sum, T* to)
                       HWY_ATTR { hn::StoreU(add ? hn::Add(hn::LoadU(d, to), sum) : sum, d, to); };
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
#define LAMINA_EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#else
#define LAMINA_EACH(X) X(0) X(1) X(2) X(3)
#endif
  // The tile of c is far away; it arrives while the sums are made.
  for (int i = 0; i < kTileRows; ++i) {
    for (int j = 0; j < kVectors; ++j) hwy::Prefetch(c + i * c_row + j * lanes);
  }
  LAMINA_EACH(LAMINA_ROW)
  for (int64_t k = 0; k < depth; ++k) {
    const V b0 = hn::Load(d, b);
    [[maybe_unused]] const V b1 = hn::Load(d, b + (kVectors > 1 ? lanes : 0));
    [[maybe_unused]] const V b2 = hn::Load(d, b + (kVectors > 2 ? 2 * lanes : 0));
    LAMINA_EACH(LAMINA_STEP)
    a += kTileRows;
    b += kTileVectors * lanes;
  }
  LAMINA_EACH(LAMINA_STORE)
#undef LAMINA_ROW
#undef LAMINA_STEP
#undef LAMINA_STORE
#undef LAMINA_EACH
}

// As many vectors as `columns`, of which there is at least one, need.
template <class T>
HWY_ATTR HWY_INLINE void narrow_tile(const T* a, const T* b, int64_t depth, bool add, T* c,
                                     int64_t c_row, int64_t columns) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(Tag<T>()));
  if (columns > 2 * lanes) {
    tile<3>(a, b, depth, add, c, c_row);
  } else if (columns > lanes) {
    tile<2>(a, b, depth, add, c, c_row);
  } else {
    tile<1>(a, b, depth, add, c, c_row);
  }
}

template <class T>
HWY_ATTR void multiply(const BlockedProduct<T>& p, std::byte* scratch) {
  using Sizes = BlockSizes<T>;
  constexpr int64_t kWidest = kTileVectors * 64 / sizeof(T);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(Tag<T>()));
  const int64_t width = kTileVectors * lanes;
  T* packed_a = reinterpret_cast<T*>(scratch);
  T* packed_b = reinterpret_cast<T*>(scratch + Sizes::a_bytes);
  HWY_ALIGN T edge[kTileRows * kWidest];
  const int64_t most_columns = Sizes::columns / width * width;
  for (int64_t j = 0; j < p.columns; j += most_columns) {
    const int64_t columns = std::min(most_columns, p.columns - j);
    for (int64_t k = 0; k < p.depth; k += Sizes::depth) {
      const int64_t depth = std::min(Sizes::depth, p.depth - k);
      pack(p.b + k * p.b_row + j * p.b_column, p.b_column, p.b_row, columns, depth, width,
           packed_b);
      for (int64_t i = 0; i < p.rows; i += Sizes::rows) {
        const int64_t rows = std::min(Sizes::rows, p.rows - i);
        pack(p.a + i * p.a_row + k * p.a_column, p.a_row, p.a_column, rows, depth,
             int64_t{kTileRows}, packed_a);
        for (int64_t jj = 0; jj < columns; jj += width) {
          for (int64_t ii = 0; ii < rows; ii += kTileRows) {
            const T* a = packed_a + ii * depth;
            const T* b = packed_b + jj * depth;
            T* c = p.c + (i + ii) * p.c_row + j + jj;
            const int64_t height = std::min<int64_t>(kTileRows, rows - ii);
            const int64_t across = std::min(width, columns - jj);
            if (height == kTileRows && across % lanes == 0) {
              narrow_tile(a, b, depth, k != 0, c, p.c_row, across);
              continue;
            }
            narrow_tile(a, b, depth, false, edge, width,
                        across);  // the same sums, of which some are not wanted
            for (int64_t r = 0; r < height; ++r) {
              for (int64_t q = 0; q < across; ++q) {
                const T value = edge[r * width + q];
                c[r * p.c_row + q] = k != 0 ? c[r * p.c_row + q] + value : value;
              }
            }
          }
        }
      }
    }
  }
}

HWY_ATTR void multiply_float(const BlockedProduct<float>& product, std::byte* scratch) {
  multiply(product, scratch);
}
HWY_ATTR void multiply_double(const BlockedProduct<double>& product, std::byte* scratch) {
  multiply(product, scratch);
}

}  // namespace lamina::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::backend {

HWY_EXPORT(multiply_float);
HWY_EXPORT(multiply_double);

void multiply_blocked(const BlockedProduct<float>& product, std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(multiply_float)(product, scratch);
}
void multiply_blocked(const BlockedProduct<double>& product, std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(multiply_double)(product, scratch);
}

}  // namespace lamina::backend
#endif

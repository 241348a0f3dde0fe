// The kernels of product_kernels.h, compiled for each instruction set that Highway knows; the best
// one that the machine has runs.
#include "lamina/backends/cpu/product_kernels.h"

#include <cstring>
#include <type_traits>

#include "lamina/backends/cpu/transpose.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/product_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include "lamina/backends/cpu/applied_steps-inl.h"
#include "lamina/backends/cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Vectors of at most 512 bits, so that a tile's width is a constant where registers have one size.
template <class T>
using Tag = hn::CappedTag<T, 64 / sizeof(T)>;
template <class T>
HWY_ATTR HWY_INLINE int64_t lanes_of() {
  return static_cast<int64_t>(hn::Lanes(Tag<T>()));
}

// As many vectors as the registers hold sums of: 6 x 4 of 32, 6 x 2 of 16.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int64_t kPanelVectors = 4;
#else
constexpr int64_t kPanelVectors = 2;
#endif
template <class T>
constexpr int64_t kWidestPanel = kPanelVectors * 64 / sizeof(T);
template <class T>
HWY_ATTR HWY_INLINE int64_t panel_width() {
  return kPanelVectors * lanes_of<T>();
}

// A tile's first four rows lie together, [depth][4], and then the last two, [depth][2]: vectors of four
// rows, and of two, interleave in one instruction or few.
template <class T>
HWY_ATTR void pack_tile(const T* HWY_RESTRICT from, int64_t line_step, int64_t depth_step,
                        int64_t count, int64_t first, int64_t last, T* HWY_RESTRICT four,
                        T* HWY_RESTRICT two) {
  const Tag<T> d;
  const int64_t lanes = lanes_of<T>();
  int64_t k = first;
  if (count == kTileRows && depth_step == 1) {
    const auto row = [&](int64_t i) HWY_ATTR { return hn::LoadU(d, from + i * line_step + k); };
    for (; k + lanes <= last; k += lanes) {
      hn::StoreInterleaved4(row(0), row(1), row(2), row(3), d, four + 4 * k);
      hn::StoreInterleaved2(row(4), row(5), d, two + 2 * k);
    }
  }
  if (count == kTileRows && line_step == 1) {
    for (; k < last; ++k) {
      std::memcpy(four + 4 * k, from + k * depth_step, 4 * sizeof(T));
      std::memcpy(two + 2 * k, from + k * depth_step + 4, 2 * sizeof(T));
    }
  }
  for (; k < last; ++k) {
    T* const groups[] = {four + 4 * k, two + 2 * k};
    for (int64_t i = 0; i < kTileRows; ++i) {
      groups[i / 4][i % 4] = i < count ? from[i * line_step + k * depth_step] : T(0);
    }
  }
}

template <class T>
HWY_ATTR void pack_rows(const FactorLines<T>& a, int64_t rows, int64_t depth, int64_t first,
                        int64_t last, T* to) {
  // Where rows lie side by side, several tiles share a cache line; it is used before it leaves.
  const int64_t step = a.line_step == 1 ? 8 : depth;
  for (int64_t k = 0; k < depth; k += step) {
    for (int64_t tile = first; tile < last; ++tile) {
      T* four = to + tile * kTileRows * depth;
      pack_tile(a.data + tile * kTileRows * a.line_step, a.line_step, a.depth_step,
                std::min(kTileRows, rows - tile * kTileRows), k, std::min(depth, k + step), four,
                four + 4 * depth);
    }
  }
}

// `count` columns, at most a panel's, to one panel.
template <class T>
HWY_ATTR void pack_panel(const T* HWY_RESTRICT from, int64_t line_step, int64_t depth_step,
                         int64_t count, int64_t depth, T* HWY_RESTRICT to) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  const Tag<T> d;
  const int64_t lanes = lanes_of<T>(), width = panel_width<T>();
  if (line_step == 1) {
    const int64_t whole = count / lanes * lanes;
    for (int64_t k = 0; k < depth; ++k, from += depth_step, to += width) {
      for (int64_t i = 0; i < whole; i += lanes) hn::Store(hn::LoadU(d, from + i), d, to + i);
      for (int64_t i = whole; i < width; i += lanes) {
        const int64_t rest = count - i;
        hn::Store(rest > 0 ? load_few(d, from + i, static_cast<size_t>(rest)) : hn::Zero(d), d,
                  to + i);
      }
    }
    return;
  }
  if (depth_step == 1) {
    backend::transpose(reinterpret_cast<const Bits*>(from), line_step, reinterpret_cast<Bits*>(to),
                       width, depth, count);
  } else {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t i = 0; i < count; ++i) to[k * width + i] = from[i * line_step + k * depth_step];
    }
  }
  for (int64_t k = 0; k < depth && count < width; ++k) {
    for (int64_t i = count; i < width; ++i) to[k * width + i] = 0;
  }
}

// Rows of a panel that will be packed later; they arrive in the second-level cache meanwhile.
template <class T>
struct Ahead {
  const T* row;
  int64_t step, rows;
};

// sum + the term of a and b.
template <Terms kTerms, class V>
HWY_ATTR HWY_INLINE V with_term(V a, V b, V sum) {
  if constexpr (kTerms == Terms::Products) {
    return hn::MulAdd(a, b, sum);
  } else {
    const V difference = hn::Sub(a, b);
    return hn::MulAdd(difference, difference, sum);
  }
}

// to (kTileRows x kVectors vectors) = from (rows a panel apart) or 0, + tile of a x panel of b; four and
// two are the tile's rows.
template <int kVectors, Terms kTerms, class T>
HWY_ATTR HWY_NOINLINE void tile_sums(const T* HWY_RESTRICT four, const T* HWY_RESTRICT two,
                                     const T* HWY_RESTRICT b, int64_t depth, const T* from, T* to,
                                     int64_t to_row, Ahead<T> ahead) {
  const Tag<T> d;
  using V = hn::Vec<Tag<T>>;
  const int64_t lanes = lanes_of<T>(), width = panel_width<T>();
  // Named one by one: an array of vectors would not stay in registers on every target.
#define LAMINA_START(i) [[maybe_unused]] V s##i##0, s##i##1, s##i##2, s##i##3;
#define LAMINA_ZERO(i) s##i##0 = s##i##1 = s##i##2 = s##i##3 = hn::Zero(d);
#define LAMINA_LOAD(i)                                                  \
  {                                                                     \
    const T* row = from + i * width;                                    \
    s##i##0 = hn::Load(d, row);                                         \
    if constexpr (kVectors > 1) s##i##1 = hn::Load(d, row + lanes);     \
    if constexpr (kVectors > 2) s##i##2 = hn::Load(d, row + 2 * lanes); \
    if constexpr (kVectors > 3) s##i##3 = hn::Load(d, row + 3 * lanes); \
  }
#define LAMINA_STEP(i)                                                     \
  {                                                                        \
    const V factor = hn::Set(d, i < 4 ? four[i] : two[i - 4]);             \
    s##i##0 = with_term<kTerms>(factor, b0, s##i##0);                             \
    if constexpr (kVectors > 1) s##i##1 = with_term<kTerms>(factor, b1, s##i##1); \
    if constexpr (kVectors > 2) s##i##2 = with_term<kTerms>(factor, b2, s##i##2); \
    if constexpr (kVectors > 3) s##i##3 = with_term<kTerms>(factor, b3, s##i##3); \
  }
#define LAMINA_DEPTH                                                               \
  {                                                                                \
    const V b0 = hn::Load(d, b);                                                   \
    [[maybe_unused]] const V b1 = hn::Load(d, b + (kVectors > 1 ? lanes : 0));     \
    [[maybe_unused]] const V b2 = hn::Load(d, b + (kVectors > 2 ? 2 * lanes : 0)); \
    [[maybe_unused]] const V b3 = hn::Load(d, b + (kVectors > 3 ? 3 * lanes : 0)); \
    LAMINA_EACH(LAMINA_STEP)                                                       \
    four += 4;                                                                     \
    two += 2;                                                                      \
    b += width;                                                                    \
  }
#define LAMINA_STORE(i)                                                  \
  {                                                                      \
    T* row = to + i * to_row;                                            \
    hn::StoreU(s##i##0, d, row);                                         \
    if constexpr (kVectors > 1) hn::StoreU(s##i##1, d, row + lanes);     \
    if constexpr (kVectors > 2) hn::StoreU(s##i##2, d, row + 2 * lanes); \
    if constexpr (kVectors > 3) hn::StoreU(s##i##3, d, row + 3 * lanes); \
  }
#define LAMINA_EACH(X) X(0) X(1) X(2) X(3) X(4) X(5)
  LAMINA_EACH(LAMINA_START)
  if (from != nullptr) {
    LAMINA_EACH(LAMINA_LOAD)
  } else {
    LAMINA_EACH(LAMINA_ZERO)
  }
  constexpr int64_t kBetween = 64;  // steps from one row ahead to the next
  for (int64_t k = 0; k < depth;) {
    if (ahead.rows-- > 0) {
      for (int64_t i = 0; i < width; i += 64 / static_cast<int64_t>(sizeof(T)))
        hwy::Prefetch(ahead.row + i);
      ahead.row += ahead.step;
    }
    const int64_t end = std::min(depth, k + kBetween);
    // Four steps in a row, which the processor fetches faster than one that jumps back.
    for (; k + 4 <= end; k += 4) {
      LAMINA_DEPTH LAMINA_DEPTH LAMINA_DEPTH LAMINA_DEPTH
    }
    for (; k < end; ++k) LAMINA_DEPTH
  }
  LAMINA_EACH(LAMINA_STORE)
#undef LAMINA_START
#undef LAMINA_ZERO
#undef LAMINA_LOAD
#undef LAMINA_STEP
#undef LAMINA_DEPTH
#undef LAMINA_STORE
#undef LAMINA_EACH
}

// As many vectors as `columns`, of which there is at least one, need.
template <Terms kTerms, class T>
HWY_ATTR HWY_INLINE void sums_of(int64_t columns, const T* four, const T* two, const T* b,
                                 int64_t depth, const T* from, T* to, int64_t to_row,
                                 Ahead<T> ahead) {
  const int64_t vectors = (columns + lanes_of<T>() - 1) / lanes_of<T>();
  if constexpr (kPanelVectors > 2) {
    if (vectors > 3) return tile_sums<4, kTerms>(four, two, b, depth, from, to, to_row, ahead);
    if (vectors > 2) return tile_sums<3, kTerms>(four, two, b, depth, from, to, to_row, ahead);
  }
  if (vectors > 1) return tile_sums<2, kTerms>(four, two, b, depth, from, to, to_row, ahead);
  tile_sums<1, kTerms>(four, two, b, depth, from, to, to_row, ahead);
}

// The steps on a tile whose rows are `width` apart; row i of the result is at `offset` + i * c_row.
template <class T>
HWY_ATTR void apply(std::span<const backend::AppliedStep> steps, int64_t offset, int64_t c_row,
                    int64_t column, int64_t rows, int64_t columns, T* tile) {
  if constexpr (sizeof(T) == 4) {
    using Extent = backend::AppliedStep::Extent;
    const Tag<T> d;
    const int64_t lanes = lanes_of<T>(), width = panel_width<T>();
    for (const backend::AppliedStep& step : steps) {
      for (int64_t j = 0; j < columns; j += lanes) {
        const size_t count = static_cast<size_t>(std::min(lanes, columns - j));
        auto extra = hn::Zero(d);
        if (step.extent == Extent::Number) extra = hn::Set(d, *step.extra);
        if (step.extent == Extent::Columns) extra = load_few(d, step.extra + column + j, count);
        for (int64_t i = 0; i < rows; ++i) {
          if (step.extent == Extent::Result)
            extra = load_few(d, step.extra + offset + i * c_row + j, count);
          T* at = tile + i * width + j;
          hn::Store(applied(d, step.kind, hn::Load(d, at), extra), d, at);
        }
      }
    }
  }
}

template <class T>
HWY_ATTR void write(const T* tile, int64_t rows, int64_t columns, T* c, int64_t c_row) {
  const Tag<T> d;
  const int64_t lanes = lanes_of<T>(), width = panel_width<T>();
  for (int64_t i = 0; i < rows; ++i) {
    int64_t j = 0;
    for (; j + lanes <= columns; j += lanes) {
      hn::StoreU(hn::Load(d, tile + i * width + j), d, c + i * c_row + j);
    }
    const size_t rest = static_cast<size_t>(columns - j);
    if (rest > 0) store_few(d, hn::Load(d, tile + i * width + j), c + i * c_row + j, rest);
  }
}

// What a tile will meet in memory, far away; it arrives while the sums are made.
template <class T>
HWY_ATTR HWY_INLINE void fetch(const T* from, int64_t row, int64_t rows, int64_t columns) {
  constexpr int64_t kLine = 64 / sizeof(T);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; j += kLine) hwy::Prefetch(from + i * row + j);
  }
}

// Part of the depth of a few panels.
struct Block {
  int64_t panel, panels, k, depth;
};

template <class T>
HWY_ATTR void pack_block(const PackedProduct<T>& p, const Block& block, T* to) {
  const int64_t width = panel_width<T>();
  for (int64_t q = 0; q < block.panels; ++q, to += width * block.depth) {
    const int64_t column = (block.panel + q) * width;
    pack_panel(p.b.data + column * p.b.line_step + block.k * p.b.depth_step, p.b.line_step,
               p.b.depth_step, std::min(width, p.columns - column), block.depth, to);
  }
}

// What tile number `t` of `tiles` fetches of one panel of a block, so that all of it is there after
// the last tile. Columns whose depth lies together arrive without help.
template <class T>
HWY_ATTR Ahead<T> ahead_of(const PackedProduct<T>& p, const Block& block, int64_t q, int64_t t,
                           int64_t tiles) {
  const int64_t width = panel_width<T>(), column = (block.panel + q) * width;
  if (q >= block.panels || p.b.line_step != 1 || column + width > p.columns) return {nullptr, 0, 0};
  const int64_t rows = (block.depth + tiles - 1) / tiles, row = t * rows;
  return {p.b.data + column + (block.k + row) * p.b.depth_step, p.b.depth_step,
          std::min(rows, block.depth - row)};
}

template <Terms kTerms, class T>
HWY_ATTR void multiply(const PackedProduct<T>& p, int64_t first_tile, int64_t last_tile,
                       int64_t first_panel, int64_t last_panel, T* scratch) {
  using Extent = backend::AppliedStep::Extent;
  const int64_t lanes = lanes_of<T>(), width = panel_width<T>();
  const int64_t block_panels = kBlockColumns / width;
  const int64_t blocks = (p.depth + p.block_depth - 1) / p.block_depth;
  const int64_t tiles = last_tile - first_tile, step = (p.depth + blocks - 1) / blocks;
  const auto block_at = [&](int64_t panel, int64_t k) {
    return Block{panel, std::min(block_panels, last_panel - panel), k, std::min(step, p.depth - k)};
  };
  T* sums = scratch + kBlockColumns * std::min(p.depth, p.block_depth);
  HWY_ALIGN T tile[kTileRows * kWidestPanel<T>];
  for (int64_t panel = first_panel; panel < last_panel && tiles > 0; panel += block_panels) {
    for (int64_t k = 0; k < p.depth; k += step) {
      const Block block = block_at(panel, k);
      const bool complete = k + step >= p.depth;
      const Block next = complete ? block_at(panel + block_panels, 0) : block_at(panel, k + step);
      pack_block(p, block, scratch);
      for (int64_t t = 0; t < tiles; ++t) {
        const int64_t row = (first_tile + t) * kTileRows, rows = std::min(kTileRows, p.rows - row);
        const T* four = p.a + row * p.depth + 4 * k;
        const T* two = p.a + (row + 4) * p.depth + 2 * k;
        for (int64_t q = 0; q < block.panels; ++q) {
          const int64_t column = (panel + q) * width, columns = std::min(width, p.columns - column);
          const int64_t offset = row * p.c_row + column;
          if (complete) {
            fetch(p.c + offset, p.c_row, rows, columns);
            for (const backend::AppliedStep& applied : p.steps) {
              if (applied.extent == Extent::Result)
                fetch(applied.extra + offset, p.c_row, rows, columns);
            }
          }
          T* kept = sums + (t * block_panels + q) * kTileRows * width;
          const bool direct =
              complete && p.steps.empty() && rows == kTileRows && columns % lanes == 0;
          T* const to = !complete ? kept : direct ? p.c + offset : tile;
          sums_of<kTerms>(columns, four, two, scratch + q * width * block.depth, block.depth,
                  k == 0 ? nullptr : kept, to, direct ? p.c_row : width,
                  ahead_of(p, next, q, t, tiles));
          if (!complete || direct) continue;
          apply(p.steps, offset, p.c_row, column, rows, columns, tile);
          write(tile, rows, columns, p.c + offset, p.c_row);
        }
      }
    }
  }
}

template <class T>
HWY_ATTR const ProductKernels<T>* kernels(Terms terms) {
  static const ProductKernels<T> products = {panel_width<T>(), pack_rows<T>,
                                             multiply<Terms::Products, T>};
  static const ProductKernels<T> differences = {panel_width<T>(), pack_rows<T>,
                                                multiply<Terms::SquaredDifferences, T>};
  return terms == Terms::Products ? &products : &differences;
}
HWY_ATTR const ProductKernels<float>* float_kernels(Terms terms) { return kernels<float>(terms); }
HWY_ATTR const ProductKernels<double>* double_kernels(Terms terms) {
  return kernels<double>(terms);
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(float_kernels);
HWY_EXPORT(double_kernels);
template <>
const ProductKernels<float>& product_kernels<float>(Terms terms) {
  return *HWY_DYNAMIC_DISPATCH(float_kernels)(terms);
}
template <>
const ProductKernels<double>& product_kernels<double>(Terms terms) {
  return *HWY_DYNAMIC_DISPATCH(double_kernels)(terms);
}
}  // namespace lamina::cpu
#endif

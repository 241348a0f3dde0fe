// The steps of winograd_kernels.h, compiled for each instruction set that Highway knows; the best
// one that the machine has runs.
//
// The polynomials are evaluated at 0, +-sqrt(1/2), +-sqrt(2) and infinity: with 0, +-1, +-2 the
// transforms have rounder numbers and the results four times the error (docs/decisions/019).
#include "lamina/backends/cpu/winograd_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/winograd_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include "lamina/backends/cpu/applied_steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, kWinogradLanes>;
using V = hn::Vec<Floats>;

constexpr float kA = 0.70710678118654752f, kB = 1.41421356237309505f;

// 6 values of x to 6.
HWY_ATTR HWY_INLINE void input_line(V x0, V x1, V x2, V x3, V x4, V x5, float* to, int64_t step) {
  const Floats d;
  const V half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f), s = hn::Set(d, 2.5f);
  const V a = hn::Set(d, kA), b = hn::Set(d, kB);
  const V even_a = hn::NegMulAdd(two, x2, x4), odd_a = hn::NegMulAdd(two, x1, x3);
  const V even_b = hn::NegMulAdd(half, x2, x4), odd_b = hn::NegMulAdd(half, x1, x3);
  hn::StoreU(hn::Add(hn::NegMulAdd(s, x2, x4), x0), d, to);
  hn::StoreU(hn::MulAdd(a, odd_a, even_a), d, to + step);
  hn::StoreU(hn::NegMulAdd(a, odd_a, even_a), d, to + 2 * step);
  hn::StoreU(hn::MulAdd(b, odd_b, even_b), d, to + 3 * step);
  hn::StoreU(hn::NegMulAdd(b, odd_b, even_b), d, to + 4 * step);
  hn::StoreU(hn::Add(hn::NegMulAdd(s, x3, x5), x1), d, to + 5 * step);
}

// 6 sums to 4 results.
HWY_ATTR HWY_INLINE void output_line(V m0, V m1, V m2, V m3, V m4, V m5, float* to, int64_t step) {
  const Floats d;
  const V a = hn::Set(d, kA), b = hn::Set(d, kB);
  const V half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f);
  const V even_a = hn::Add(m1, m2), odd_a = hn::Mul(a, hn::Sub(m1, m2));
  const V even_b = hn::Add(m3, m4), odd_b = hn::Mul(b, hn::Sub(m3, m4));
  hn::StoreU(hn::Add(m0, hn::Add(even_a, even_b)), d, to);
  hn::StoreU(hn::Add(odd_a, odd_b), d, to + step);
  hn::StoreU(hn::MulAdd(half, even_a, hn::Mul(two, even_b)), d, to + 2 * step);
  hn::StoreU(hn::MulAdd(half, odd_a, hn::MulAdd(two, odd_b, m5)), d, to + 3 * step);
}

HWY_ATTR HWY_INLINE V at(const float* from) { return hn::Load(Floats(), from); }

// 3 weights to 6.
HWY_ATTR HWY_INLINE void weight_line(V g0, V g1, V g2, float* to, int64_t step) {
  const Floats d;
  // 1 / product of the differences of the points: at a, 2 a^2 (a^2 - b^2); at b, 2 b^2 (b^2 - a^2).
  const V at_a = hn::Set(d, -2.0f / 3), at_b = hn::Set(d, 1.0f / 6);
  const V a = hn::Set(d, kA), b = hn::Set(d, kB), half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f);
  const V even_a = hn::MulAdd(half, g2, g0), odd_a = hn::Mul(a, g1);
  const V even_b = hn::MulAdd(two, g2, g0), odd_b = hn::Mul(b, g1);
  hn::StoreU(g0, d, to);
  hn::StoreU(hn::Mul(at_a, hn::Add(even_a, odd_a)), d, to + step);
  hn::StoreU(hn::Mul(at_a, hn::Sub(even_a, odd_a)), d, to + 2 * step);
  hn::StoreU(hn::Mul(at_b, hn::Add(even_b, odd_b)), d, to + 3 * step);
  hn::StoreU(hn::Mul(at_b, hn::Sub(even_b, odd_b)), d, to + 4 * step);
  hn::StoreU(g2, d, to + 5 * step);
}

HWY_ATTR void weights(const WinogradShape& shape, const WinogradWeight& weight, int64_t first,
                      int64_t last, float* u) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(Floats()));
  const int64_t position = shape.channels * shape.outputs;
  HWY_ALIGN float g[9 * kWinogradLanes], half_way[18 * kWinogradLanes];
  for (int64_t c = first; c < last; ++c) {
    for (int64_t o = 0; o < shape.outputs; o += lanes) {
      for (int64_t k = 0; k < 9; ++k) {
        const float* from = weight.data + o * weight.steps[0] + c * weight.steps[1] +
                            k / 3 * weight.steps[2] + k % 3 * weight.steps[3];
        for (int64_t i = 0; i < lanes; ++i) g[k * lanes + i] = from[i * weight.steps[0]];
      }
      for (int64_t j = 0; j < 3; ++j) {  // half_way[row of 6][column of 3]
        weight_line(at(g + j * lanes), at(g + (3 + j) * lanes), at(g + (6 + j) * lanes),
                    half_way + j * lanes, 3 * lanes);
      }
      const int64_t panel = o / kWinogradPanel * kWinogradPanel;
      const int64_t width = std::min(kWinogradPanel, shape.outputs - panel);
      float* to = u + panel * shape.channels + c * width + (o - panel);
      for (int64_t i = 0; i < 6; ++i) {
        const float* row = half_way + 3 * i * lanes;
        weight_line(at(row), at(row + lanes), at(row + 2 * lanes), to + 6 * i * position, position);
      }
    }
  }
}

struct TilePlace {
  int64_t image, row, column;  // of its first result
};
inline TilePlace place_of(const WinogradShape& shape, int64_t tile) {
  const int64_t columns = shape.tile_columns(), rows = shape.tile_rows();
  return {tile / columns / rows, tile / columns % rows * kWinogradTile,
          tile % columns * kWinogradTile};
}

HWY_ATTR void input(const WinogradShape& shape, const float* x, int64_t first, int64_t last,
                    int64_t origin, float* v, int64_t v_step) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  HWY_ALIGN float half_way[36 * kWinogradLanes];
  HWY_ALIGN static constexpr float kZeros[kWinogradLanes] = {};
  for (int64_t tile = first; tile < last; ++tile) {
    const TilePlace place = place_of(shape, tile);
    const int64_t row = place.row - shape.top, column = place.column - shape.left;
    // Inputs outside the image are zeros: those addresses do not move with the channel.
    const float* from[36];
    int64_t step[36];
    for (int64_t i = 0; i < 36; ++i) {
      const int64_t y = row + i / 6, z = column + i % 6;
      const bool inside = y >= 0 && y < shape.height && z >= 0 && z < shape.width;
      from[i] = inside ? x + ((place.image * shape.height + y) * shape.width + z) * shape.channels
                       : kZeros;
      step[i] = inside ? 1 : 0;
    }
    float* to = v + (tile - origin) * shape.channels;
    for (int64_t c = 0; c < shape.channels; c += lanes) {
      const auto get = [&](int64_t i) HWY_ATTR { return hn::LoadU(d, from[i] + step[i] * c); };
      for (int64_t j = 0; j < 6; ++j) {  // half_way[row][column], transformed along rows' axis
        input_line(get(j), get(6 + j), get(12 + j), get(18 + j), get(24 + j), get(30 + j),
                   half_way + j * lanes, 6 * lanes);
      }
      for (int64_t i = 0; i < 6; ++i) {
        const float* r = half_way + 6 * i * lanes;
        input_line(at(r), at(r + lanes), at(r + 2 * lanes), at(r + 3 * lanes), at(r + 4 * lanes),
                   at(r + 5 * lanes), to + c + 6 * i * v_step, v_step);
      }
    }
  }
}

constexpr int64_t kLine = 16;  // floats of a cache line

// m (6 tiles x kVectors vectors) = or += v x u. Named sums: arrays of vectors would not stay in
// registers on every target. Meanwhile weights that are needed later arrive from far away: two cache
// lines of `ahead` for each channel.
template <int kVectors>
HWY_ATTR HWY_INLINE void block(const float* const* v, const float* HWY_RESTRICT u, int64_t u_row,
                               int64_t depth, bool add, float* const* m, int64_t column,
                               const float* ahead) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
#define LAMINA_ROW(i)             \
  const float* const v##i = v[i]; \
  [[maybe_unused]] V s##i##0 = hn::Zero(d), s##i##1 = s##i##0, s##i##2 = s##i##0, s##i##3 = s##i##0;
#define LAMINA_STEP(i)                                                     \
  {                                                                        \
    const V factor = hn::Set(d, v##i[k]);                                  \
    s##i##0 = hn::MulAdd(factor, u0, s##i##0);                             \
    if constexpr (kVectors > 1) s##i##1 = hn::MulAdd(factor, u1, s##i##1); \
    if constexpr (kVectors > 2) s##i##2 = hn::MulAdd(factor, u2, s##i##2); \
    if constexpr (kVectors > 3) s##i##3 = hn::MulAdd(factor, u3, s##i##3); \
  }
#define LAMINA_STORE(i)                                        \
  {                                                            \
    float* to = m[i] + column;                                 \
    put(s##i##0, to);                                          \
    if constexpr (kVectors > 1) put(s##i##1, to + lanes);      \
    if constexpr (kVectors > 2) put(s##i##2, to + 2 * lanes);  \
    if constexpr (kVectors > 3) put(s##i##3, to + 3 * lanes);  \
  }
#define LAMINA_EACH(X) X(0) X(1) X(2) X(3) X(4) X(5)
  const auto put = [d, add](V sum, float* to)
                       HWY_ATTR { hn::StoreU(add ? hn::Add(hn::LoadU(d, to), sum) : sum, d, to); };
  LAMINA_EACH(LAMINA_ROW)
  for (int64_t k = 0; k < depth; ++k, u += u_row) {
    hwy::Prefetch(ahead + k * 2 * kLine);
    hwy::Prefetch(ahead + k * 2 * kLine + kLine);
    const V u0 = hn::LoadU(d, u);
    [[maybe_unused]] const V u1 = hn::LoadU(d, u + (kVectors > 1 ? lanes : 0));
    [[maybe_unused]] const V u2 = hn::LoadU(d, u + (kVectors > 2 ? 2 * lanes : 0));
    [[maybe_unused]] const V u3 = hn::LoadU(d, u + (kVectors > 3 ? 3 * lanes : 0));
    LAMINA_EACH(LAMINA_STEP)
  }
  LAMINA_EACH(LAMINA_STORE)
#undef LAMINA_ROW
#undef LAMINA_STEP
#undef LAMINA_STORE
#undef LAMINA_EACH
}

// As many vectors as the registers hold sums of: 6 x 4 of 32, 6 x 2 of 16.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int kBlockVectors = 4;
#else
constexpr int kBlockVectors = 2;
#endif
constexpr int64_t kBlockTiles = 6;
constexpr int64_t kDepth = 64;  // channels at a time: two panels of weights fit the first-level cache

HWY_ATTR void multiply(const WinogradShape& shape, const float* v, int64_t v_step, int64_t tiles,
                       const float* u, int64_t panel, float* m, int64_t m_step) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(Floats()));
  const int64_t width = std::min(kWinogradPanel, shape.outputs - panel);
  const int64_t position = shape.channels * shape.outputs;
  HWY_ALIGN float nowhere[kWinogradPanel] = {};
  u += panel * shape.channels;
  for (int64_t p = 0; p < kWinogradPositions; ++p) {
    for (int64_t c = 0; c < shape.channels; c += kDepth) {
      const int64_t depth = std::min(kDepth, shape.channels - c);
      const float* weights_at = u + p * position + c * width;
      const bool last = c + kDepth >= shape.channels;
      const float* next = last ? u + std::min(p + 1, kWinogradPositions - 1) * position
                               : weights_at + depth * width;
      for (int64_t t = 0; t < tiles; t += kBlockTiles) {
        // Tiles that are missing from the last block repeat the last one, and go nowhere.
        const float* from[kBlockTiles];
        float* to[kBlockTiles];
        for (int64_t i = 0; i < kBlockTiles; ++i) {
          const int64_t tile = std::min(t + i, tiles - 1);
          from[i] = v + p * v_step + tile * shape.channels + c;
          to[i] = t + i < tiles ? m + p * m_step + tile * kWinogradPanel : nowhere;
        }
        // The first blocks fetch the next panel; the others find theirs where it is.
        const int64_t fetched = t / kBlockTiles * depth * 2 * kLine;
        const float* ahead = fetched < depth * width ? next + fetched : weights_at;
        for (int64_t o = 0; o < width;) {
          const int64_t left = (width - o) / lanes;
          if (kBlockVectors == 4 && left >= 4) {
            block<kBlockVectors>(from, weights_at + o, width, depth, c > 0, to, o, ahead);
            o += 4 * lanes;
          } else if (left >= 2) {
            block<2>(from, weights_at + o, width, depth, c > 0, to, o, ahead);
            o += 2 * lanes;
          } else {
            block<1>(from, weights_at + o, width, depth, c > 0, to, o, ahead);
            o += lanes;
          }
        }
      }
    }
  }
}

HWY_ATTR void output(const WinogradShape& shape, const float* m, int64_t m_step, int64_t panel,
                     int64_t first, int64_t last, std::span<const backend::AppliedStep> steps, float* y) {
  using Extent = backend::AppliedStep::Extent;
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t width = std::min(kWinogradPanel, shape.outputs - panel);
  HWY_ALIGN float half_way[24 * kWinogradLanes], values[16 * kWinogradLanes];
  for (int64_t tile = first; tile < last; ++tile) {
    const TilePlace place = place_of(shape, tile);
    const int64_t rows = std::min(kWinogradTile, shape.out_height - place.row);
    const int64_t columns = std::min(kWinogradTile, shape.out_width - place.column);
    const int64_t corner =
        ((place.image * shape.out_height + place.row) * shape.out_width + place.column) *
            shape.outputs + panel;
    for (int64_t o = 0; o < width; o += lanes) {
      const float* from = m + (tile - first) * kWinogradPanel + o;
      const auto get = [&](int64_t p) HWY_ATTR { return hn::Load(d, from + p * m_step); };
      for (int64_t j = 0; j < 6; ++j) {  // half_way[row of 4][column of 6]
        output_line(get(j), get(6 + j), get(12 + j), get(18 + j), get(24 + j), get(30 + j),
                    half_way + j * lanes, 6 * lanes);
      }
      for (int64_t i = 0; i < 4; ++i) {
        const float* r = half_way + 6 * i * lanes;
        output_line(at(r), at(r + lanes), at(r + 2 * lanes), at(r + 3 * lanes), at(r + 4 * lanes),
                    at(r + 5 * lanes), values + 4 * i * lanes, lanes);
      }
      for (const backend::AppliedStep& step : steps) {
        V same = hn::Zero(d);
        if (step.extent == Extent::Number) same = hn::Set(d, *step.extra);
        if (step.extent == Extent::Columns) same = hn::LoadU(d, step.extra + panel + o);
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < columns; ++j) {
            float* value = values + (4 * i + j) * lanes;
            const int64_t offset = corner + (i * shape.out_width + j) * shape.outputs + o;
            const V extra =
                step.extent == Extent::Result ? hn::LoadU(d, step.extra + offset) : same;
            hn::Store(applied(d, step.kind, hn::Load(d, value), extra), d, value);
          }
        }
      }
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
          hn::StoreU(at(values + (4 * i + j) * lanes), d,
                     y + corner + (i * shape.out_width + j) * shape.outputs + o);
        }
      }
    }
  }
}

const WinogradKernels* kernels() {
  static constexpr WinogradKernels all = {weights, input, multiply, output};
  return &all;
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(kernels);
const WinogradKernels& winograd_kernels() { return *HWY_DYNAMIC_DISPATCH(kernels)(); }
}  // namespace lamina::cpu
#endif

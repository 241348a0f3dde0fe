// The steps of winograd_kernels.h, compiled for each instruction set that Highway knows; the best
// one that the machine has runs.
#include "lamina/backends/cpu/winograd_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/winograd_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include "lamina/backends/cpu/applied_steps-inl.h"
#include "lamina/backends/cpu/winograd_lines-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
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

HWY_ATTR void input(const WinogradShape& shape, const float* x, int64_t first, int64_t last,
                    int64_t origin, float* v, int64_t v_step) {
  transform_inputs(shape, x, first, last, v_step, [&](int64_t tile, int64_t c) {
    return v + (tile - origin) * shape.channels + c;
  });
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
    const WinogradShape::Place place = shape.place(tile);
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

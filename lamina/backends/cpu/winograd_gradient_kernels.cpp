// The steps of winograd_gradient_kernels.h, compiled for each instruction set that Highway knows; the
// best one that the machine has runs.
#include "lamina/backends/cpu/winograd_gradient_kernels.h"

#include "lamina/backends/cpu/targets.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/winograd_gradient_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include "lamina/backends/cpu/winograd_lines-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The cotangents of tiles first .. last; those outside the image are zeros.
HWY_ATTR void transform_cotangents(const WinogradShape& shape, const WinogradGradientBlock& block,
                                   const float* y, int64_t first, int64_t last) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d)), w_step = block.w_step(shape);
  HWY_ALIGN float half_way[24 * kWinogradLanes];
  HWY_ALIGN static constexpr float kZeros[kWinogradLanes] = {};
  for (int64_t tile = first; tile < last; ++tile) {
    const WinogradShape::Place place = shape.place(tile);
    const float* from[16];
    int64_t step[16];
    for (int64_t i = 0; i < 16; ++i) {
      const int64_t row = place.row + i / 4, column = place.column + i % 4;
      const bool inside = row < shape.out_height && column < shape.out_width;
      from[i] = inside ? y + ((place.image * shape.out_height + row) * shape.out_width + column) *
                                 shape.outputs
                       : kZeros;
      step[i] = inside ? 1 : 0;
    }
    for (int64_t o = 0; o < shape.outputs; o += lanes) {
      const auto get = [&](int64_t i) HWY_ATTR { return hn::LoadU(d, from[i] + step[i] * o); };
      for (int64_t j = 0; j < 4; ++j) {  // half_way[row of 6][column of 4]
        cotangent_line(get(j), get(4 + j), get(8 + j), get(12 + j), half_way + j * lanes, 4 * lanes);
      }
      float* to = block.w +
                  (o / kGradientPanel * block.most_tiles + tile - block.first) * kGradientPanel +
                  o % kGradientPanel;
      for (int64_t i = 0; i < 6; ++i) {
        const float* r = half_way + 4 * i * lanes;
        cotangent_line(at(r), at(r + lanes), at(r + 2 * lanes), at(r + 3 * lanes),
                       to + 6 * i * w_step, w_step);
      }
    }
  }
}

HWY_ATTR void transform(const WinogradShape& shape, const WinogradGradientBlock& block,
                        const float* x, const float* y, int64_t first, int64_t last) {
  transform_inputs(shape, x, first, last, block.v_step(shape), [&](int64_t tile, int64_t c) {
    return block.v +
           (c / kGradientChannels * block.most_tiles + tile - block.first) * kGradientChannels +
           c % kGradientChannels;
  });
  transform_cotangents(shape, block, y, first, last);
}

// As many sums as registers hold beside their factors: 8 x 2 vectors of 32, 4 x 2 of 16. Two vectors
// are a panel where a vector has 16 numbers.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int64_t kRows = 8;
#else
constexpr int64_t kRows = 4;
#endif

// sums (kRows channels x kVectors vectors of outputs) = or += v' w, over tiles. Named sums: arrays of
// vectors would not stay in registers on every target.
template <int kVectors>
HWY_ATTR HWY_INLINE void outer_products(const float* HWY_RESTRICT v, const float* HWY_RESTRICT w,
                                        int64_t tiles, bool add, float* sums) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
#define LAMINA_EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#else
#define LAMINA_EACH(X) X(0) X(1) X(2) X(3)
#endif
#define LAMINA_SUM(i) [[maybe_unused]] V s##i##0 = hn::Zero(d), s##i##1 = s##i##0;
#define LAMINA_STEP(i)                                                     \
  {                                                                        \
    const V factor = hn::Set(d, v[i]);                                     \
    s##i##0 = hn::MulAdd(factor, w0, s##i##0);                             \
    if constexpr (kVectors > 1) s##i##1 = hn::MulAdd(factor, w1, s##i##1); \
  }
#define LAMINA_STORE(i)                                                          \
  {                                                                              \
    put(s##i##0, sums + (i)*kGradientPanel);                                     \
    if constexpr (kVectors > 1) put(s##i##1, sums + (i)*kGradientPanel + lanes); \
  }
  const auto put = [d, add](V sum, float* to)
                       HWY_ATTR { hn::StoreU(add ? hn::Add(hn::LoadU(d, to), sum) : sum, d, to); };
  LAMINA_EACH(LAMINA_SUM)
  for (int64_t t = 0; t < tiles; ++t, v += kGradientChannels, w += kGradientPanel) {
    const V w0 = hn::LoadU(d, w);
    [[maybe_unused]] const V w1 = hn::LoadU(d, w + (kVectors > 1 ? lanes : 0));
    LAMINA_EACH(LAMINA_STEP)
  }
  LAMINA_EACH(LAMINA_STORE)
#undef LAMINA_SUM
#undef LAMINA_STEP
#undef LAMINA_STORE
#undef LAMINA_EACH
}

HWY_ATTR void multiply(const WinogradShape& shape, const WinogradGradientBlock& block, int64_t first,
                       int64_t last, bool add) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(Floats()));
  const int64_t panels = WinogradGradientBlock::panels(shape), tiles = block.last - block.first;
  for (int64_t number = first; number < last; ++number) {
    const int64_t p = number / panels, panel = number % panels;
    const int64_t width = std::min(kGradientPanel, shape.outputs - panel * kGradientPanel);
    const float* v = block.v + p * block.v_step(shape);
    const float* w =
        block.w + p * block.w_step(shape) + panel * block.most_tiles * kGradientPanel;
    float* sums = block.sums + p * WinogradGradientBlock::sums_step(shape) +
                  panel * shape.channels * kGradientPanel;
    for (int64_t c = 0; c < shape.channels; c += kRows) {
      const float* rows =
          v + c / kGradientChannels * block.most_tiles * kGradientChannels + c % kGradientChannels;
      for (int64_t o = 0; o < width;) {
        float* to = sums + c * kGradientPanel + o;
        if (width - o >= 2 * lanes) {
          outer_products<2>(rows, w + o, tiles, add, to);
          o += 2 * lanes;
        } else {
          outer_products<1>(rows, w + o, tiles, add, to);
          o += lanes;
        }
      }
    }
  }
}

HWY_ATTR void result(const WinogradShape& shape, const float* sums, int64_t shares,
                     int64_t share_step, int64_t first, int64_t last, float* gradient,
                     const int64_t* steps) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t p_step = WinogradGradientBlock::sums_step(shape);
  HWY_ALIGN float half_way[18 * kWinogradLanes], values[9 * kWinogradLanes];
  for (int64_t o = first; o < last; o += lanes) {
    for (int64_t c = 0; c < shape.channels; ++c) {
      const float* from = sums + (o / kGradientPanel * shape.channels + c) * kGradientPanel +
                          o % kGradientPanel;
      const auto get = [&](int64_t p) HWY_ATTR {
        V sum = hn::LoadU(d, from + p * p_step);
        for (int64_t share = 1; share < shares; ++share)
          sum = hn::Add(sum, hn::LoadU(d, from + p * p_step + share * share_step));
        return sum;
      };
      for (int64_t j = 0; j < 6; ++j) {  // half_way[row of 3][column of 6]
        gradient_line(get(j), get(6 + j), get(12 + j), get(18 + j), get(24 + j), get(30 + j),
                      half_way + j * lanes, 6 * lanes);
      }
      for (int64_t i = 0; i < 3; ++i) {
        const float* r = half_way + 6 * i * lanes;
        gradient_line(at(r), at(r + lanes), at(r + 2 * lanes), at(r + 3 * lanes), at(r + 4 * lanes),
                      at(r + 5 * lanes), values + 3 * i * lanes, lanes);
      }
      float* to = gradient + o * steps[0] + c * steps[1];
      for (int64_t i = 0; i < lanes; ++i) {
        for (int64_t k = 0; k < 9; ++k)
          to[i * steps[0] + k / 3 * steps[2] + k % 3 * steps[3]] = values[k * lanes + i];
      }
    }
  }
}

const WinogradGradientKernels* gradient_kernels() {
  static constexpr WinogradGradientKernels all = {transform, multiply, result};
  return &all;
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(gradient_kernels);
const WinogradGradientKernels& winograd_gradient_kernels() {
  return *HWY_DYNAMIC_DISPATCH(gradient_kernels)();
}
}  // namespace lamina::cpu
#endif

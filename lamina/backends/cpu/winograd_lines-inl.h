// Winograd's transforms of one line of numbers, each a vector of channels or outputs, and of the tiles
// of x: what winograd_kernels.cpp and winograd_gradient_kernels.cpp share. Included once for each
// instruction set, after <hwy/highway.h>.
//
// The polynomials are evaluated at 0, +-sqrt(1/2), +-sqrt(2) and infinity: with 0, +-1, +-2 the
// transforms have rounder numbers and the results four times the error (docs/decisions/019).
#if defined(LAMINA_WINOGRAD_LINES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef LAMINA_WINOGRAD_LINES_INL
#undef LAMINA_WINOGRAD_LINES_INL
#else
#define LAMINA_WINOGRAD_LINES_INL
#endif

#include "lamina/backends/cpu/winograd_kernels.h"

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

// 4 results' cotangents to 6: the transpose of output_line.
HWY_ATTR HWY_INLINE void cotangent_line(V y0, V y1, V y2, V y3, float* to, int64_t step) {
  const Floats d;
  const V a = hn::Set(d, kA), b = hn::Set(d, kB);
  const V half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f);
  const V even_a = hn::MulAdd(half, y2, y0), odd_a = hn::MulAdd(half, y3, y1);
  const V even_b = hn::MulAdd(two, y2, y0), odd_b = hn::MulAdd(two, y3, y1);
  hn::StoreU(y0, d, to);
  hn::StoreU(hn::MulAdd(a, odd_a, even_a), d, to + step);
  hn::StoreU(hn::NegMulAdd(a, odd_a, even_a), d, to + 2 * step);
  hn::StoreU(hn::MulAdd(b, odd_b, even_b), d, to + 3 * step);
  hn::StoreU(hn::NegMulAdd(b, odd_b, even_b), d, to + 4 * step);
  hn::StoreU(y3, d, to + 5 * step);
}

// 6 sums to the gradients of 3 weights: the transpose of weight_line.
HWY_ATTR HWY_INLINE void gradient_line(V u0, V u1, V u2, V u3, V u4, V u5, float* to, int64_t step) {
  const Floats d;
  const V at_a = hn::Set(d, -2.0f / 3), at_b = hn::Set(d, 1.0f / 6);
  const V a = hn::Set(d, kA), b = hn::Set(d, kB), half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f);
  const V even_a = hn::Mul(at_a, hn::Add(u1, u2)), odd_a = hn::Mul(at_a, hn::Sub(u1, u2));
  const V even_b = hn::Mul(at_b, hn::Add(u3, u4)), odd_b = hn::Mul(at_b, hn::Sub(u3, u4));
  hn::StoreU(hn::Add(u0, hn::Add(even_a, even_b)), d, to);
  hn::StoreU(hn::MulAdd(a, odd_a, hn::Mul(b, odd_b)), d, to + step);
  hn::StoreU(hn::MulAdd(half, even_a, hn::MulAdd(two, even_b, u5)), d, to + 2 * step);
}

// Tiles first .. last of x to V's positions: position p of a tile's channels from c on begins at
// to(tile, c) + p * p_step.
template <class To>
HWY_ATTR HWY_INLINE void transform_inputs(const WinogradShape& shape, const float* x, int64_t first,
                                          int64_t last, int64_t p_step, const To& to) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  HWY_ALIGN float half_way[36 * kWinogradLanes];
  HWY_ALIGN static constexpr float kZeros[kWinogradLanes] = {};
  for (int64_t tile = first; tile < last; ++tile) {
    const WinogradShape::Place place = shape.place(tile);
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
    for (int64_t c = 0; c < shape.channels; c += lanes) {
      const auto get = [&](int64_t i) HWY_ATTR { return hn::LoadU(d, from[i] + step[i] * c); };
      for (int64_t j = 0; j < 6; ++j) {  // half_way[row][column], transformed along rows' axis
        input_line(get(j), get(6 + j), get(12 + j), get(18 + j), get(24 + j), get(30 + j),
                   half_way + j * lanes, 6 * lanes);
      }
      float* place_of_channels = to(tile, c);
      for (int64_t i = 0; i < 6; ++i) {
        const float* r = half_way + 6 * i * lanes;
        input_line(at(r), at(r + lanes), at(r + 2 * lanes), at(r + 3 * lanes), at(r + 4 * lanes),
                   at(r + 5 * lanes), place_of_channels + 6 * i * p_step, p_step);
      }
    }
  }
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

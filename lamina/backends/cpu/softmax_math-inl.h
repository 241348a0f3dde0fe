// What softmax and the cross-entropy of its rows share: the maximum of a row, the sum of its
// exponentials. Included once per instruction set.
#if defined(LAMINA_CPU_SOFTMAX_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LAMINA_CPU_SOFTMAX_MATH_INL_H
#undef LAMINA_CPU_SOFTMAX_MATH_INL_H
#else
#define LAMINA_CPU_SOFTMAX_MATH_INL_H
#endif

#include <cmath>
#include <limits>

#include <hwy/highway.h>

#include "lamina/backends/cpu/vector-inl.h"
#include "lamina/backends/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

// e^v for v <= 0, NaN for NaN. Nothing overflows, and what would be below 2^-124 is 0, so the power
// of two is one addition to the exponent.
template <class D, class V>
HWY_INLINE V exp_not_positive(D d, V v) {
  const hn::Rebind<int32_t, D> di;
  hn::impl::ExpImpl<float> impl;
  const auto q = hn::NearestInt(hn::Mul(v, hn::Set(d, 1.44269504f)));
  const V p = hn::Add(impl.ExpPoly(d, impl.ExpReduce(d, v, q)), hn::Set(d, 1.0f));
  const V e = hn::BitCast(d, hn::Add(hn::BitCast(di, p), hn::ShiftLeft<23>(q)));
  return hn::IfThenElse(hn::Eq(v, v), hn::IfThenZeroElse(hn::Lt(v, hn::Set(d, -86.0f)), e), v);
}

// NaN may get lost here; it comes back with the exponentials, which are taken of every element.
template <class D>
HWY_INLINE float row_maximum(D d, const float* x, int64_t n) {
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  float most = -std::numeric_limits<float>::infinity();
  int64_t i = 0;
  if (n >= N) {
    auto v0 = hn::LoadU(d, x), v1 = v0, v2 = v0, v3 = v0;
    for (; i + 4 * N <= n; i += 4 * N) {
      v0 = hn::Max(v0, hn::LoadU(d, x + i));
      v1 = hn::Max(v1, hn::LoadU(d, x + i + N));
      v2 = hn::Max(v2, hn::LoadU(d, x + i + 2 * N));
      v3 = hn::Max(v3, hn::LoadU(d, x + i + 3 * N));
    }
    for (; i + N <= n; i += N) v0 = hn::Max(v0, hn::LoadU(d, x + i));
    most = hn::GetLane(hn::MaxOfLanes(d, hn::Max(hn::Max(v0, v1), hn::Max(v2, v3))));
    if (i < n) most = std::fmax(most, hn::GetLane(hn::MaxOfLanes(d, hn::LoadU(d, x + n - N))));
  } else {
    for (; i < n; ++i) most = std::fmax(most, x[i]);
  }
  return most;
}

// Sum of e^(x - most); the exponentials are kept in y where it is given.
template <bool kKeep, class D>
HWY_INLINE float exponentials(D d, const float* x, float* y, int64_t n, float most) {
  using V = hn::Vec<D>;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const V m = hn::Set(d, most);
  V sum0 = hn::Zero(d), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  int64_t i = 0;
  for (; i + 4 * N <= n; i += 4 * N) {
    const V e0 = exp_not_positive(d, hn::Sub(hn::LoadU(d, x + i), m));
    const V e1 = exp_not_positive(d, hn::Sub(hn::LoadU(d, x + i + N), m));
    const V e2 = exp_not_positive(d, hn::Sub(hn::LoadU(d, x + i + 2 * N), m));
    const V e3 = exp_not_positive(d, hn::Sub(hn::LoadU(d, x + i + 3 * N), m));
    if constexpr (kKeep) {
      hn::StoreU(e0, d, y + i), hn::StoreU(e1, d, y + i + N);
      hn::StoreU(e2, d, y + i + 2 * N), hn::StoreU(e3, d, y + i + 3 * N);
    }
    sum0 = hn::Add(sum0, e0), sum1 = hn::Add(sum1, e1);
    sum2 = hn::Add(sum2, e2), sum3 = hn::Add(sum3, e3);
  }
  for (; i + N <= n; i += N) {
    const V e = exp_not_positive(d, hn::Sub(hn::LoadU(d, x + i), m));
    if constexpr (kKeep) hn::StoreU(e, d, y + i);
    sum0 = hn::Add(sum0, e);
  }
  if (i < n) {
    const size_t few = static_cast<size_t>(n - i);
    const V e = exp_not_positive(d, hn::Sub(load_few(d, x + i, few), m));
    if constexpr (kKeep) store_few(d, e, y + i, few);
    sum0 = hn::Add(sum0, hn::IfThenElseZero(hn::FirstN(d, few), e));
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3))));
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

// The angle of two numbers, their length, and logarithms to base 10, kept away from overflow and
// cancellation. Included once per instruction set.
#if defined(LAMINA_CPU_VECTOR_ANGLE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LAMINA_CPU_VECTOR_ANGLE_INL_H
#undef LAMINA_CPU_VECTOR_ANGLE_INL_H
#else
#define LAMINA_CPU_VECTOR_ANGLE_INL_H
#endif

#include "lamina/backends/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

// The angle of (x, y): the arc tangent of the smaller over the larger, turned into its octant.
// Signs of zeros count, as in C.
template <class D, class V>
HWY_INLINE V vector_atan2(D d, V y, V x) {
  const V a = hn::Abs(y), b = hn::Abs(x), zero = hn::Zero(d);
  const V least = hn::Min(a, b), most = hn::Max(a, b);
  V ratio = hn::Div(least, most);
  ratio = hn::IfThenElse(hn::Eq(most, zero), zero, ratio);
  ratio = hn::IfThenElse(hn::Eq(least, infinity(d)), number(d, 1), ratio);
  V angle = hn::Atan(d, ratio);
  // pi and pi / 2 in two parts, so that the difference keeps its digits.
  const double low = is_float32<D> ? -8.7422780126189537e-08 : 1.2246467991473532e-16;
  const V pi = number(d, 3.1415926535897931), pi_low = number(d, low), half = number(d, 0.5);
  const V upright = hn::Add(hn::Sub(hn::Mul(pi, half), angle), hn::Mul(pi_low, half));
  angle = hn::IfThenElse(hn::Gt(a, b), upright, angle);
  const V left = hn::Add(hn::Sub(pi, angle), pi_low);
  const auto negative = hn::Lt(hn::CopySign(number(d, 1), x), zero);
  angle = hn::CopySign(hn::IfThenElse(negative, left, angle), y);
  angle = hn::IfThenElse(hn::Eq(x, x), angle, x);
  return hn::IfThenElse(hn::Eq(y, y), angle, y);
}

// sqrt(x^2 + y^2) without overflow: the larger times sqrt(1 + q^2). Infinity wins over NaN, as in
// C.
template <class D, class V>
HWY_INLINE V vector_hypot(D d, V x, V y) {
  const V a = hn::Abs(x), b = hn::Abs(y);
  const V most = hn::Max(a, b), least = hn::Min(a, b);
  const V q = hn::IfThenElse(hn::Gt(most, hn::Zero(d)), hn::Div(least, most), hn::Zero(d));
  V r = hn::Mul(most, hn::Sqrt(hn::MulAdd(q, q, number(d, 1))));
  r = hn::IfThenElse(hn::Eq(x, x), r, x);
  r = hn::IfThenElse(hn::Eq(y, y), r, y);
  return hn::IfThenElse(hn::Or(hn::Eq(a, infinity(d)), hn::Eq(b, infinity(d))), infinity(d), r);
}

// Calls a C library function for each lane.
template <class D, class V, class F>
HWY_INLINE V lane_by_lane(D d, V x, F&& function) {
  using T = hn::TFromD<D>;
  alignas(64) T lanes[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(x, d, lanes);
  for (size_t k = 0; k < hn::Lanes(d); ++k) lanes[k] = static_cast<T>(function(lanes[k]));
  return hn::Load(d, lanes);
}

// log10(2^e m) for floats (Moshier, Cephes, log10f): constants in two parts, the first exact.
template <class D, class V>
HWY_INLINE V vector_log10(D d, V x) {
  if constexpr (!is_float32<D>) {
    return lane_by_lane(d, x, [](double v) { return std::log10(v); });
  } else {
    V e, m;
    split_exponent(d, x, e, m);
    const V f = hn::Sub(m, number(d, 1)), rest = log_rest(d, f);
    V y = hn::Mul(hn::Add(f, rest), number(d, 7.00731903251827651129e-4));
    y = hn::MulAdd(rest, number(d, 4.3359375e-1), y);
    y = hn::MulAdd(f, number(d, 4.3359375e-1), y);
    y = hn::MulAdd(e, number(d, 2.48745663981195213739e-4), y);
    return log_edges(d, x, hn::Zero(d), hn::MulAdd(e, number(d, 3.0078125e-1), y));
  }
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

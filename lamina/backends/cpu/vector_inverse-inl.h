// Inverse hyperbolic functions, the angle of two numbers and the length of two: from logarithms,
// arc tangent and square root, kept away from overflow and cancellation. Included once per
// instruction set.
#if defined(LAMINA_CPU_VECTOR_INVERSE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LAMINA_CPU_VECTOR_INVERSE_INL_H
#undef LAMINA_CPU_VECTOR_INVERSE_INL_H
#else
#define LAMINA_CPU_VECTOR_INVERSE_INL_H
#endif

#include "lamina/backends/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

// From here on x^2 + 1 is x^2, and before it x^2 does not overflow.
template <class D>
HWY_INLINE hn::Vec<D> large_number(D d) {
  return number(d, is_float32<D> ? 0x1p14 : 0x1p28);
}

// asinh x = log1p(x + x^2 / (1 + sqrt(1 + x^2))), log 2x for large x.
template <class D, class V>
HWY_INLINE V vector_asinh(D d, V x) {
  const V magnitude = hn::Abs(x), one = number(d, 1);
  const auto large = hn::Gt(magnitude, large_number(d));
  const V m = hn::IfThenElse(large, one, magnitude), square = hn::Mul(m, m);
  const V root = hn::Sqrt(hn::Add(square, one));
  const V near = vector_log1p(d, hn::Add(m, hn::Div(square, hn::Add(one, root))));
  const V far = hn::Add(vector_log(d, magnitude), number(d, 0.69314718055994531));
  const V y = hn::IfThenElse(large, far, near);
  return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(y, x), x);
}

// acosh x = log1p(t + sqrt(2 t + t^2)) with t = x - 1; NaN below 1.
template <class D, class V>
HWY_INLINE V vector_acosh(D d, V x) {
  const V one = number(d, 1);
  const auto large = hn::Gt(x, large_number(d));
  const V t = hn::Sub(hn::IfThenElse(large, one, x), one);
  const V near = vector_log1p(d, hn::Add(t, hn::Sqrt(hn::MulAdd(t, t, hn::Add(t, t)))));
  const V far = hn::Add(vector_log(d, x), number(d, 0.69314718055994531));
  const V y = hn::IfThenElse(large, far, near);
  return hn::IfThenElse(hn::Lt(x, one), not_a_number(d), hn::IfThenElse(hn::Eq(x, x), y, x));
}

// atanh x = log1p(2 x / (1 - x)) / 2, infinite at 1 and NaN beyond.
template <class D, class V>
HWY_INLINE V vector_atanh(D d, V x) {
  const V magnitude = hn::Abs(x), one = number(d, 1);
  const V m = hn::IfThenElse(hn::Lt(magnitude, one), magnitude, hn::Zero(d));
  V y = hn::Mul(vector_log1p(d, hn::Div(hn::Add(m, m), hn::Sub(one, m))), number(d, 0.5));
  y = hn::IfThenElse(hn::Eq(magnitude, one), infinity(d), y);
  y = hn::IfThenElse(hn::Gt(magnitude, one), not_a_number(d), y);
  return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(y, x), x);
}

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

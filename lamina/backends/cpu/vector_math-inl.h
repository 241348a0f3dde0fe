// Functions of one real number, for float and double vectors. Highway's polynomials, with what they
// leave out: infinities, NaN, arguments beyond their range, and the last digits of log2 and expm1.
// Included once per instruction set.
#if defined(LAMINA_CPU_VECTOR_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LAMINA_CPU_VECTOR_MATH_INL_H
#undef LAMINA_CPU_VECTOR_MATH_INL_H
#else
#define LAMINA_CPU_VECTOR_MATH_INL_H
#endif

#include <cmath>
#include <limits>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> number(D d, double value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}
template <class D>
HWY_INLINE hn::Vec<D> infinity(D d) {
  return hn::Set(d, std::numeric_limits<hn::TFromD<D>>::infinity());
}
template <class D>
HWY_INLINE hn::Vec<D> not_a_number(D d) {
  return hn::Set(d, std::numeric_limits<hn::TFromD<D>>::quiet_NaN());
}
template <class D>
inline constexpr bool is_float32 = sizeof(hn::TFromD<D>) == 4;

// Beyond these bounds the result is 0 or infinity, which Highway's scaling by two powers of two
// gives as long as the exponent does not overflow. Min and Max may lose a NaN, so it is put back.
template <class D, class V>
HWY_INLINE V vector_exp(D d, V x) {
  const V bounded = hn::Min(hn::Max(x, number(d, is_float32<D> ? -105 : -750)),
                            number(d, is_float32<D> ? 90 : 712));
  const V zero_below = number(d, is_float32<D> ? -103.98 : -745.14);
  const V y = hn::IfThenZeroElse(hn::Lt(x, zero_below), hn::Exp(d, bounded));
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

// e^x - 1 = 2^q (e^r - 1) + (2^q - 1): without the cancellation of 2^q e^r - 1. Scaled by half so
// that 2^q does not overflow before the result does.
template <class D, class V>
HWY_INLINE V vector_expm1(D d, V x) {
  using T = hn::TFromD<D>;
  hn::impl::ExpImpl<T> impl;
  const V bounded = hn::Min(hn::Max(x, number(d, is_float32<D> ? -20 : -40)),
                            number(d, is_float32<D> ? 89 : 710));
  const V half = number(d, 0.5);
  const V away = hn::Or(half, hn::And(bounded, number(d, -0.0)));
  const auto q =
      impl.ToInt32(d, hn::MulAdd(bounded, number(d, 1.442695040888963407359924681), away));
  const V r = impl.ExpPoly(d, impl.ExpReduce(d, bounded, q));
  const auto one = hn::Set(hn::Rebind<int32_t, D>(), 1);
  const V scale = impl.Pow2I(d, hn::Sub(q, one));
  V y = hn::MulAdd(scale, r, hn::Sub(scale, half));
  y = hn::Add(y, y);
  y = hn::IfThenElse(hn::Lt(hn::Abs(x), number(d, 0.34657359)), r, y);
  y = hn::IfThenElse(hn::Gt(x, number(d, is_float32<D> ? 88.722839 : 709.782712893384)),
                     infinity(d), y);
  return hn::IfThenElse(hn::And(hn::Eq(x, x), hn::Ne(x, hn::Zero(d))), y, x);
}

// What every logarithm does at 0, below, at infinity and at NaN.
template <class D, class V>
HWY_INLINE V log_edges(D d, V x, V pole, V y) {
  y = hn::IfThenElse(hn::Lt(x, infinity(d)), y, x);
  y = hn::IfThenElse(hn::Eq(x, pole), hn::Neg(infinity(d)), y);
  return hn::IfThenElse(hn::Lt(x, pole), not_a_number(d), y);
}

template <class D, class V>
HWY_INLINE V vector_log(D d, V x) {
  return log_edges(d, x, hn::Zero(d), hn::Log(d, x));
}

template <class D, class V>
HWY_INLINE V vector_log1p(D d, V x) {
  return log_edges(d, x, number(d, -1), hn::Log1p(d, x));
}

// log2(2^e m) = e + log(m) / log(2), exact for powers of two.
template <class D, class V>
HWY_INLINE V vector_log2(D d, V x) {
  using T = hn::TFromD<D>;
  using TI = hwy::MakeSigned<T>;
  const hn::Rebind<TI, D> di;
  constexpr int kMantissa = is_float32<D> ? 23 : 52;
  const auto tiny = hn::Lt(x, hn::Set(d, std::numeric_limits<T>::min()));
  const V scaled =
      hn::IfThenElse(tiny, hn::Mul(x, hn::Set(d, static_cast<T>(int64_t{1} << kMantissa))), x);
  const auto bits = hn::BitCast(di, scaled);
  // The mantissa lies in [sqrt(1/2), sqrt(2)): subtracting the bits of sqrt(1/2) leaves its
  // exponent.
  const auto root = hn::Set(di, static_cast<TI>(is_float32<D> ? 0x3f3504f3 : 0x3fe6a09e667f3bcd));
  const auto exponent = hn::ShiftRight<kMantissa>(hn::Sub(bits, root));
  const V mantissa = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<kMantissa>(exponent)));
  const V e = hn::Sub(hn::ConvertTo(d, exponent), hn::IfThenElseZero(tiny, number(d, kMantissa)));
  const V y = hn::MulAdd(hn::Log(d, mantissa), number(d, 1.4426950408889634), e);
  return log_edges(d, x, hn::Zero(d), y);
}

template <class D, class V>
HWY_INLINE V vector_tanh(D d, V x) {
  const V magnitude = hn::Abs(x);
  const V y = vector_expm1(d, hn::Min(hn::Add(magnitude, magnitude), number(d, 44)));
  const V z = hn::Div(y, hn::Add(y, number(d, 2)));
  return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(z, x), x);
}

// Large arguments: half the exponent, squared, so that e^|x| does not overflow before the result
// does.
template <class D, class V>
HWY_INLINE V vector_sinh(D d, V x) {
  const V magnitude = hn::Abs(x), half = number(d, 0.5);
  const auto large = hn::Gt(magnitude, number(d, 20));
  const V m = vector_expm1(d, hn::IfThenElse(large, hn::Zero(d), magnitude));
  const V small_result = hn::Mul(hn::Add(m, hn::Div(m, hn::Add(m, number(d, 1)))), half);
  const V e = vector_exp(d, hn::Mul(magnitude, half));
  const V y = hn::IfThenElse(large, hn::Mul(hn::Mul(e, half), e), small_result);
  return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(y, x), x);
}
template <class D, class V>
HWY_INLINE V vector_cosh(D d, V x) {
  const V magnitude = hn::Abs(x), half = number(d, 0.5);
  const V e = vector_exp(d, hn::Mul(magnitude, half));
  const V squared = hn::Mul(e, e);
  const V small_result = hn::MulAdd(squared, half, hn::Div(half, squared));
  return hn::IfThenElse(hn::Gt(magnitude, number(d, 20)), hn::Mul(hn::Mul(e, half), e),
                        small_result);
}

// The inverses in terms of log1p, which keeps the digits of small arguments; beyond 2^28 the square
// would swallow everything else, and asinh(x) = acosh(x) = log(2x).
template <class D, class V>
HWY_INLINE V log_of_twice(D d, V x) {
  return hn::Add(vector_log(d, x), number(d, 0.693147180559945309));
}
template <class D, class V>
HWY_INLINE V vector_asinh(D d, V x) {
  const V one = number(d, 1), magnitude = hn::Abs(x);
  const auto large = hn::Gt(magnitude, number(d, 0x1p28));
  const V m = hn::IfThenElse(large, one, magnitude), square = hn::Mul(m, m);
  const V rest = hn::Div(square, hn::Add(one, hn::Sqrt(hn::Add(one, square))));
  const V y = hn::IfThenElse(large, log_of_twice(d, magnitude), vector_log1p(d, hn::Add(m, rest)));
  return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(y, x), x);
}
template <class D, class V>
HWY_INLINE V vector_acosh(D d, V x) {
  const V one = number(d, 1);
  const auto large = hn::Gt(x, number(d, 0x1p28));
  const V t = hn::Sub(hn::IfThenElse(large, one, x), one);
  const V root = hn::Sqrt(hn::Mul(t, hn::Add(t, number(d, 2))));
  const V y = hn::IfThenElse(large, log_of_twice(d, x), vector_log1p(d, hn::Add(t, root)));
  return hn::IfThenElse(hn::Ge(x, one), y, hn::NaN(d));
}
template <class D, class V>
HWY_INLINE V vector_atanh(D d, V x) {
  const V m = hn::Abs(x);
  const V quotient = hn::Div(hn::Add(m, m), hn::Sub(number(d, 1), m));
  const V y = hn::Mul(number(d, 0.5), vector_log1p(d, quotient));
  return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(y, x), x);
}

// Sine and cosine reduce their argument with four parts of pi, which is exact enough up to here;
// the few larger arguments, infinities and NaN go through the C library.
template <class D, class V, class F>
HWY_INLINE V repair_large(D d, V x, V y, F&& function) {
  using T = hn::TFromD<D>;
  const auto fine = hn::Le(hn::Abs(x), number(d, 10000));
  if (HWY_LIKELY(hn::AllTrue(d, fine))) return y;
  alignas(64) T xs[HWY_MAX_BYTES / sizeof(T)], ys[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(x, d, xs);
  hn::Store(y, d, ys);
  for (size_t k = 0; k < hn::Lanes(d); ++k) {
    if (!(std::abs(xs[k]) <= T{10000})) ys[k] = static_cast<T>(function(xs[k]));
  }
  return hn::Load(d, ys);
}

template <class D, class V>
HWY_INLINE V vector_sin(D d, V x) {
  const V y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, hn::Sin(d, x));  // -0 keeps its sign
  return repair_large(d, x, y, [](auto v) { return std::sin(v); });
}
template <class D, class V>
HWY_INLINE V vector_cos(D d, V x) {
  // The series is off by a unit at 0, where everybody knows the result.
  const V y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), number(d, 1), hn::Cos(d, x));
  return repair_large(d, x, y, [](auto v) { return std::cos(v); });
}
template <class D, class V>
HWY_INLINE V vector_tan(D d, V x) {
  const V quotient = hn::Div(hn::Sin(d, x), hn::Cos(d, x));
  const V y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, quotient);
  return repair_large(d, x, y, [](auto v) { return std::tan(v); });
}

template <class D, class V>
HWY_INLINE V vector_sigmoid(D d, V x) {
  const V e = vector_exp(d, hn::Neg(hn::Abs(x)));
  const V r = hn::Div(number(d, 1), hn::Add(number(d, 1), e));
  return hn::IfThenElse(hn::Ge(x, hn::Zero(d)), r, hn::Mul(e, r));
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

// Two polynomials by N. Juffa: x + x P(x^2) near 0, 1 - e^-Q(|x|) further out; below 1 ulp.
template <class D, class V>
HWY_INLINE V vector_erf(D d, V x) {
  if constexpr (!is_float32<D>) {
    return lane_by_lane(d, x, [](double v) { return std::erf(v); });
  } else {
    const V t = hn::Min(hn::Abs(x), number(d, 4)), s = hn::Mul(t, t);
    V far = hn::MulAdd(number(d, 0x1.222900p-16), t, number(d, -0x1.91d2ccp-12));
    const V u = hn::MulAdd(number(d, 0x1.fd1336p-09), t, number(d, -0x1.8d6300p-06));
    far = hn::MulAdd(far, s, u);
    far = hn::MulAdd(far, t, number(d, 0x1.b55cb0p-4));
    far = hn::MulAdd(far, t, number(d, 0x1.450aa0p-1));
    far = hn::MulAdd(far, t, number(d, 0x1.079d0cp-3));
    far = hn::MulAdd(far, t, t);
    far = hn::Sub(number(d, 1), hn::Exp(d, hn::Neg(far)));
    V near = number(d, -0x1.3a1a82p-11);
    near = hn::MulAdd(near, s, number(d, 0x1.473f48p-08));
    near = hn::MulAdd(near, s, number(d, -0x1.b68bd2p-06));
    near = hn::MulAdd(near, s, number(d, 0x1.ce1a46p-04));
    near = hn::MulAdd(near, s, number(d, -0x1.8126e0p-02));
    near = hn::MulAdd(near, s, number(d, 0x1.06eba6p-03));
    near = hn::MulAdd(near, t, t);
    const V y = hn::IfThenElse(hn::Gt(t, number(d, 0.921875)), far, near);
    return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(y, x), x);
  }
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

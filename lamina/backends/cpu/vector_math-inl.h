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
#include <type_traits>

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

// A polynomial, highest power first: even and odd powers apart, which halves the chain of additions
// that wait for each other.
template <class D, class V, size_t kCount>
HWY_INLINE V polynomial(D d, V x, const double (&coefficients)[kCount]) {
  const V square = hn::Mul(x, x);
  V y = number(d, coefficients[0]), other = number(d, coefficients[1]);
#pragma GCC unroll 16
  for (size_t k = 2; k < kCount; k += 2) y = hn::MulAdd(y, square, number(d, coefficients[k]));
#pragma GCC unroll 16
  for (size_t k = 3; k < kCount; k += 2)
    other = hn::MulAdd(other, square, number(d, coefficients[k]));
  return kCount % 2 == 1 ? hn::MulAdd(other, x, y) : hn::MulAdd(y, x, other);
}

// e^r - 1 for |r| <= ln(2) / 2.
template <class D, class V>
HWY_INLINE V exp_minus_one_of_rest(D d, V r) {
  static constexpr double kFloatTerms[] = {
      +0.000198527617612853646278381, +0.00139304355252534151077271, +0.00833336077630519866943359,
      +0.0416664853692054748535156,   +0.166666671633720397949219,   +0.5};
  static constexpr double kDoubleTerms[] = {+2.08860621107283687536341e-9,
                                            +2.51112930892876518610661e-8,
                                            +2.75573911234900471893338e-7,
                                            +2.75572362911928827629423e-6,
                                            +2.4801587159235472998791e-5,
                                            +0.000198412698960509205564975,
                                            +0.00138888888889774492207962,
                                            +0.00833333333331652721664984,
                                            +0.0416666666666665047591422,
                                            +0.166666666666666851703837,
                                            +0.5};
  V y;
  if constexpr (is_float32<D>) {
    y = polynomial(d, r, kFloatTerms);
  } else {
    y = polynomial(d, r, kDoubleTerms);
  }
  return hn::MulAdd(hn::Mul(r, r), y, r);
}

// 2^n y, where `shifted` is n plus a number whose last bit counts ones: n stands in its low bits,
// from where it is shifted to the exponent. For results that are normal numbers.
template <class D, class V>
HWY_INLINE V times_power_of_two(D d, V y, V shifted) {
  constexpr bool kFloat = is_float32<D>;
  using TI = std::conditional_t<kFloat, int32_t, int64_t>;
  const hn::Rebind<TI, D> di;
  return hn::BitCast(d, hn::Add(hn::BitCast(di, y),
                                hn::ShiftLeft < kFloat ? 23 : 52 > (hn::BitCast(di, shifted))));
}

// 2^n e^r for |r| <= ln(2) / 2.
template <class D, class V>
HWY_INLINE V exp_of_rest(D d, V r, V shifted) {
  return times_power_of_two(d, hn::Add(exp_minus_one_of_rest(d, r), number(d, 1)), shifted);
}

// Adding this rounds to a whole number.
template <class D>
HWY_INLINE hn::Vec<D> counts_ones(D d) {
  return number(d, is_float32<D> ? 0x1.8p23 : 0x1.8p52);
}

// x = n ln(2) + r with n the whole number next to x / ln(2); `shifted` as above.
template <class D, class V>
HWY_INLINE V rest_of_exponent(D d, V x, V& shifted) {
  constexpr bool kFloat = is_float32<D>;
  const V ones = counts_ones(d);
  shifted = hn::MulAdd(x, number(d, 1.442695040888963407359924681), ones);
  const V n = hn::Sub(shifted, ones);
  const V r =
      hn::MulAdd(n, number(d, kFloat ? -0.693145751953125 : -0.6931471805596629565116018), x);
  return hn::MulAdd(
      n, number(d, kFloat ? -1.428606765330187045e-6 : -0.28235290563031577122588448175e-12), r);
}

template <class D, class V>
HWY_INLINE V exp_in_range(D d, V x) {
  V shifted;
  const V r = rest_of_exponent(d, x, shifted);
  return exp_of_rest(d, r, shifted);
}

// 2^x; exact for whole x, of which nothing rests.
template <class D, class V>
HWY_INLINE V vector_exp2(D d, V x) {
  constexpr bool kFloat = is_float32<D>;
  const V ones = counts_ones(d), rounded = hn::Add(x, ones), n = hn::Sub(rounded, ones);
  V y = exp_of_rest(d, hn::Mul(hn::Sub(x, n), number(d, 0.69314718055994530942)), rounded);
  y = hn::IfThenElse(hn::Ge(x, number(d, kFloat ? 128 : 1024)), infinity(d), y);
  y = hn::IfThenZeroElse(hn::Lt(x, number(d, kFloat ? -126 : -1022)), y);
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

template <class D, class V>
HWY_INLINE V vector_exp(D d, V x) {
  constexpr bool kFloat = is_float32<D>;
  V y = exp_in_range(d, x);
  y = hn::IfThenElse(hn::Gt(x, number(d, kFloat ? 88.72283 : 709.782712893384)), infinity(d), y);
  // Results below the normal numbers are 0.
  y = hn::IfThenZeroElse(hn::Lt(x, number(d, kFloat ? -87.33654 : -708.396418532264)), y);
  return hn::IfThenElse(hn::Eq(x, x), y, x);  // a NaN's low bits went into the exponent
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

// x = 2^e m with m in [sqrt(1/2), sqrt(2)): subtracting the bits of sqrt(1/2) leaves the exponent.
template <class D, class V>
HWY_INLINE void split_exponent(D d, V x, V& e, V& m) {
  using T = hn::TFromD<D>;
  using TI = hwy::MakeSigned<T>;
  const hn::Rebind<TI, D> di;
  constexpr int kMantissa = is_float32<D> ? 23 : 52;
  const auto tiny = hn::Lt(x, hn::Set(d, std::numeric_limits<T>::min()));
  const V scaled =
      hn::IfThenElse(tiny, hn::Mul(x, hn::Set(d, static_cast<T>(int64_t{1} << kMantissa))), x);
  const auto bits = hn::BitCast(di, scaled);
  const auto root = hn::Set(di, static_cast<TI>(is_float32<D> ? 0x3f3504f3 : 0x3fe6a09e667f3bcd));
  const auto exponent = hn::ShiftRight<kMantissa>(hn::Sub(bits, root));
  m = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<kMantissa>(exponent)));
  e = hn::Sub(hn::ConvertTo(d, exponent), hn::IfThenElseZero(tiny, number(d, kMantissa)));
}

// log(1 + f) - f for floats, sqrt(1/2) <= 1 + f < sqrt(2) (Moshier, Cephes, logf).
template <class D, class V>
HWY_INLINE V log_rest(D d, V f) {
  static constexpr double kTerms[] = {7.0376836292e-2,  -1.1514610310e-1, 1.1676998740e-1,
                                      -1.2420140846e-1, 1.4249322787e-1,  -1.6668057665e-1,
                                      2.0000714765e-1,  -2.4999993993e-1, 3.3333331174e-1};
  const V s = hn::Mul(f, f);
  return hn::MulAdd(hn::Mul(polynomial(d, f, kTerms), f), s, hn::Mul(s, number(d, -0.5)));
}

// log x for floats x > 0.
template <class D, class V>
HWY_INLINE V log_of_positive(D d, V x) {
  V e, m;
  split_exponent(d, x, e, m);
  const V f = hn::Sub(m, number(d, 1));
  const V rest = hn::MulAdd(e, number(d, -2.12194440e-4), log_rest(d, f));
  return hn::MulAdd(e, number(d, 0.693359375), hn::Add(f, rest));
}

template <class D, class V>
HWY_INLINE V vector_log(D d, V x) {
  if constexpr (!is_float32<D>) {
    return log_edges(d, x, hn::Zero(d), hn::Log(d, x));
  } else {
    return log_edges(d, x, hn::Zero(d), log_of_positive(d, x));
  }
}

// Floats: with u = 1 + x, rounded, log u and what the rounding left: (x - (u - 1)) / u.
template <class D, class V>
HWY_INLINE V vector_log1p(D d, V x) {
  if constexpr (!is_float32<D>) {
    return log_edges(d, x, number(d, -1), hn::Log1p(d, x));
  } else {
    const V one = number(d, 1), u = hn::Add(one, x);
    const V left = hn::Div(hn::Sub(x, hn::Sub(u, one)), u);
    const V y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, hn::Add(log_of_positive(d, u), left));
    return log_edges(d, x, number(d, -1), y);
  }
}

// log2(2^e m) = e + log(m) / log(2), exact for powers of two.
template <class D, class V>
HWY_INLINE V vector_log2(D d, V x) {
  V e, m;
  split_exponent(d, x, e, m);
  if constexpr (!is_float32<D>) {
    const V y = hn::MulAdd(hn::Log(d, m), number(d, 1.4426950408889634), e);
    return log_edges(d, x, hn::Zero(d), y);
  } else {  // 1 / log(2) as 1 and a rest, so that its rounding does not reach the result
    const V f = hn::Sub(m, number(d, 1)), rest = log_rest(d, f),
            more = number(d, 0.44269504088896341);
    const V y = hn::Add(f, hn::MulAdd(f, more, hn::MulAdd(rest, more, rest)));
    return log_edges(d, x, hn::Zero(d), hn::Add(e, y));
  }
}

// Floats: a polynomial near 0 (Moshier, Cephes, tanhf), 1 - 2 / (e^2x + 1) further out. Doubles by
// way of e^2x - 1.
template <class D, class V>
HWY_INLINE V vector_tanh(D d, V x) {
  const V magnitude = hn::Abs(x);
  V z;
  if constexpr (is_float32<D>) {
    static constexpr double kTerms[] = {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                                        1.33314422036e-1, -3.33332819422e-1};
    const V square = hn::Mul(x, x), two = number(d, 2), one = number(d, 1);
    const V near = hn::MulAdd(hn::Mul(polynomial(d, square, kTerms), square), magnitude, magnitude);
    const V e = exp_in_range(d, hn::Min(hn::Add(magnitude, magnitude), number(d, 44)));
    const V far = hn::Sub(one, hn::Div(two, hn::Add(e, one)));
    z = hn::IfThenElse(hn::Lt(magnitude, number(d, 0.625)), near, far);
  } else {
    const V y = vector_expm1(d, hn::Min(hn::Add(magnitude, magnitude), number(d, 44)));
    z = hn::Div(y, hn::Add(y, number(d, 2)));
  }
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

// x + x P(x^2) below 1, and 1 - e^(-x^2) Q(1 / (1 + x)) above; both fitted to 2^-60.
template <class D, class V>
HWY_INLINE V vector_erf_double(D d, V x) {
  static constexpr double kNear[] = {
      0x1.0626c8139bf93p-34, -0x1.38abe5dde4c7bp-30, 0x1.f7b987747245cp-27, -0x1.5f1f3eb104731p-23,
      0x1.b9df300fb5c85p-20, -0x1.f4d1e42e12efap-17, 0x1.f9a321e4561e5p-14, -0x1.c02db3db45be9p-11,
      0x1.565bcd0dbd7afp-8,  -0x1.b82ce31284f2cp-6,  0x1.ce2f21a042b34p-4,  -0x1.812746b0379e6p-2,
      0x1.06eba8214db69p-3};
  static constexpr double kFar[] = {
      0x1.0ff5749e073a0p+2,  -0x1.610f34df85f9ep+4, 0x1.91da7a6e0a2dbp+5,  -0x1.fa20189ac97dbp+5,
      0x1.574b2b324233ap+5,  -0x1.8c397388052f2p+2, -0x1.fa05d7f30e164p+3, 0x1.d92c190c802bfp+3,
      -0x1.5d6ed2e57a289p+2, 0x1.75ad8295454a6p-1,  -0x1.1b56f49465db4p-1, 0x1.45927579d0350p-2,
      0x1.1f3d4963f156ap-1,  0x1.20f3c2296adb3p-1,  -0x1.18a463c5af9cfp-18};
  const V t = hn::Min(hn::Abs(x), number(d, 6)), s = hn::Mul(t, t), one = number(d, 1);
  const V near = hn::MulAdd(t, polynomial(d, s, kNear), t);
  const V q = polynomial(d, hn::Div(one, hn::Add(one, t)), kFar);
  const V far = hn::NegMulAdd(exp_in_range(d, hn::Neg(s)), q, one);
  const V y = hn::IfThenElse(hn::Lt(t, one), near, far);
  return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(y, x), x);
}

// For floats 1 - e^-q(|x|), where q = -log(erfc) is smooth and has no constant term: the polynomial
// is fitted to 2^-26 of the result, near 0 as well as far out. From 3.95 on the result rounds to 1.
// e^-q - 1 = 2^n (e^r - 1) + (2^n - 1) loses nothing near 0, where n is 0.
template <class D, class V>
HWY_INLINE V vector_erf(D d, V x) {
  if constexpr (!is_float32<D>) {
    return vector_erf_double(d, x);
  } else {
    static constexpr double kTerms[] = {-0x1.3692p-17,   0x1.ed66dap-14, -0x1.4bc75ap-11,
                                        0x1.b4fdd4p-10,  -0x1.504a94p-13, -0x1.39cdep-6,
                                        0x1.a4fa6p-4,    0x1.45f2fap-1,   0x1.06eba8p-3};
    const V t = hn::Min(hn::Abs(x), number(d, 3.95));
    V shifted;
    const V r = rest_of_exponent(d, hn::Neg(hn::MulAdd(polynomial(d, t, kTerms), t, t)), shifted);
    const V one = number(d, 1), power = times_power_of_two(d, one, shifted);
    const V y = hn::MulAdd(power, exp_minus_one_of_rest(d, r), hn::Sub(power, one));
    return hn::IfThenElse(hn::Eq(x, x), hn::CopySign(y, x), x);
  }
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

// Powers and divisions that round down, for vectors of floats, doubles and 64-bit integers. What
// these methods do not cover (quotients beyond the mantissa, infinities, division by zero) goes
// lane by lane through the scalar definitions. Included once per instruction set.
#if defined(LAMINA_CPU_VECTOR_POWER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LAMINA_CPU_VECTOR_POWER_INL_H
#undef LAMINA_CPU_VECTOR_POWER_INL_H
#else
#define LAMINA_CPU_VECTOR_POWER_INL_H
#endif

#include "lamina/backends/cpu/vector_math-inl.h"
#include "lamina/op/scalar_math.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

// Replaces the marked lanes of `result` by function(a, b).
template <class D, class V, class M, class F>
HWY_INLINE V repair_lanes(D d, M marked, V a, V b, V result, F&& function) {
  using T = hn::TFromD<D>;
  if (HWY_LIKELY(hn::AllFalse(d, marked))) return result;
  constexpr size_t kLanes = HWY_MAX_BYTES / sizeof(T);
  alignas(64) T as[kLanes], bs[kLanes], results[kLanes];
  uint8_t bits[HWY_MAX_BYTES];
  hn::Store(a, d, as), hn::Store(b, d, bs);
  hn::Store(result, d, results);
  hn::StoreMaskBits(d, marked, bits);
  for (size_t k = 0; k < hn::Lanes(d); ++k) {
    if (bits[k / 8] >> (k % 8) & 1) results[k] = function(as[k], bs[k]);
  }
  return hn::Load(d, results);
}

// 2^n for whole n in -1022 .. 1023.
template <class D, class V>
HWY_INLINE V power_of_two(D d, V n) {
  const hn::Rebind<int64_t, D> di;
  return hn::BitCast(d,
                     hn::ShiftLeft<52>(hn::Add(hn::ConvertTo(di, n), hn::Set(di, int64_t{1023}))));
}

// What remains of x^y, as C defines it, when e^(y log|x|) is known and (+-1)^y is 1.
template <class D, class V>
HWY_INLINE V power_edges(D d, V x, V y, V magnitude) {
  const V zero = hn::Zero(d), one = number(d, 1), half = hn::Mul(y, number(d, 0.5));
  const auto whole = hn::Eq(hn::Floor(y), y);
  const auto odd = hn::And(whole, hn::Ne(hn::Floor(half), half));
  V r = hn::IfThenElse(odd, hn::CopySign(magnitude, x), magnitude);
  const auto no_result =
      hn::AndNot(whole, hn::And(hn::Lt(x, zero), hn::Lt(hn::Abs(x), infinity(d))));
  r = hn::IfThenElse(no_result, not_a_number(d), r);
  return hn::IfThenElse(hn::Or(hn::Eq(y, zero), hn::Eq(x, one)), one, r);
}

// x^y = 2^(y log2 x) of floats x > 0 in double, right to some 33 bits of log2 x, of which 24 are
// kept. Powers beyond those of floats become 0 or infinity when they are rounded.
template <class D, class V>
HWY_INLINE V power_of_positive(D d, V x, V y) {
  static constexpr double kLog[] = {
      -0x1.6192c5960b222p-4, 0x1.3d1967cf41a73p-3, -0x1.417edac00a1cep-3, 0x1.45a4c450af4b0p-3,
      -0x1.6eb0a6fc8abd1p-3, 0x1.a615a975d4c0cp-3, -0x1.ec8d6b12358a0p-3, 0x1.2777333635addp-2,
      -0x1.715435f56ea5cp-2, 0x1.ec709c00086b2p-2, -0x1.7154767c17a07p-1, 0x1.71547652f03e9p+0};
  static constexpr double kExp[] = {1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24,
                                    1.0 / 6,     0.5,        1,         1};
  V e, m;
  split_exponent(d, x, e, m);
  const V t = hn::Sub(m, number(d, 1));
  V z = hn::Mul(y, hn::MulAdd(t, polynomial(d, t, kLog), e));
  z = hn::IfThenZeroElse(hn::Eq(x, number(d, 1)), z);  // y may be infinite
  const V bounded = hn::Min(hn::Max(z, number(d, -200)), number(d, 200));
  const V n = hn::Round(bounded);
  const V r = hn::Mul(hn::Sub(bounded, n), number(d, 0.6931471805599453));
  return hn::Mul(polynomial(d, r, kExp), power_of_two(d, n));
}

// x^y of floats: halves of the vectors in double, and together what is not a number > 0.
template <class D, class V>
HWY_INLINE V power_of_floats(D d, V x, V y) {
#if HWY_TARGET == HWY_SCALAR  // whose vectors have no halves
  return repair_lanes(d, hn::Eq(hn::Zero(d), hn::Zero(d)), x, y, x,
                      [](float a, float b) { return std::pow(a, b); });
#else
  const hn::Half<D> dh;
  const hn::RepartitionToWide<D> dd;
  const V magnitude = hn::Abs(x), zero = hn::Zero(d);
  const auto plain = hn::And(hn::Lt(magnitude, infinity(d)), hn::Gt(magnitude, zero));
  const V base = hn::IfThenElse(plain, magnitude, number(d, 1));
  const auto low = power_of_positive(dd, hn::PromoteTo(dd, hn::LowerHalf(dh, base)),
                                     hn::PromoteTo(dd, hn::LowerHalf(dh, y)));
  const auto high = power_of_positive(dd, hn::PromoteTo(dd, hn::UpperHalf(dh, base)),
                                      hn::PromoteTo(dd, hn::UpperHalf(dh, y)));
  V r = hn::Combine(d, hn::DemoteTo(dh, high), hn::DemoteTo(dh, low));
  // |x| = 0 or infinity: 0 or infinity by the sign of y. A NaN stays one.
  const V vanishing = hn::IfThenElse(hn::Gt(magnitude, zero), hn::Neg(y), y);
  const V limit = hn::IfThenElseZero(hn::Lt(vanishing, zero), infinity(d));
  r = hn::IfThenElse(plain, r, limit);
  r = hn::IfThenElse(hn::Eq(magnitude, magnitude), r, magnitude);
  r = hn::IfThenElse(hn::Eq(y, y), r, y);
  return power_edges(d, x, y, r);
#endif
}

// x^y of doubles: logarithm and product as sums of two doubles, so that y log|x| is right to 2^-53
// though it is as large as 700. With s = f^2, log m = f (2 + s (2/3 + s (2/5 + ..))).
template <class D, class V>
HWY_INLINE V power_of_doubles(D d, V x, V y) {
  const V magnitude = hn::Abs(x), one = number(d, 1);
  V e, m;
  split_exponent(d, magnitude, e, m);
  const V u = hn::Sub(m, one), v = hn::Add(m, one), v_low = hn::Sub(m, hn::Sub(v, one));
  const V inverse = hn::Div(one, v), f = hn::Mul(u, inverse);
  const V f_low = hn::Mul(hn::NegMulAdd(f, v_low, hn::NegMulAdd(f, v, u)), inverse);
  const V s = hn::Mul(f, f);
  const V s_low = hn::MulAdd(hn::Add(f, f), f_low, hn::MulSub(f, f, s));
  static constexpr double kLogTail[] = {2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15,
                                        2.0 / 13, 2.0 / 11, 2.0 / 9,  2.0 / 7,  2.0 / 5};
  V p = polynomial(d, s, kLogTail);
  p = hn::Mul(p, s);
  const V third = number(d, 0.66666666666666663), third_low = number(d, 3.7007434154171886e-17);
  const V q = hn::Add(third, p), q_low = hn::Add(hn::Add(hn::Sub(third, q), p), third_low);
  const V t = hn::Mul(s, q);
  const V t_low = hn::MulAdd(s_low, q, hn::MulAdd(s, q_low, hn::MulSub(s, q, t)));
  const V two = number(d, 2), w = hn::Add(two, t),
          w_low = hn::Add(hn::Add(hn::Sub(two, w), t), t_low);
  const V l = hn::Mul(f, w);
  const V l_low = hn::MulAdd(f_low, w, hn::MulAdd(f, w_low, hn::MulSub(f, w, l)));
  // ln 2 as 42 bits, so that their product with e is exact, and the rest.
  const V ln2 = number(d, 0x1.62e42fefa38p-1), ln2_low = number(d, 0x1.ef35793c7673p-45);
  const V whole = hn::Mul(e, ln2);
  V log = hn::Add(whole, l);
  const V log_low = hn::MulAdd(e, ln2_low, hn::Add(hn::Add(hn::Sub(whole, log), l), l_low));
  const auto finite = hn::Lt(magnitude, infinity(d));
  const auto zero = hn::Eq(magnitude, hn::Zero(d));
  log = hn::IfThenElse(finite, log, magnitude);
  log = hn::IfThenElse(zero, hn::Neg(infinity(d)), log);

  V z = hn::Mul(y, log), z_low = hn::MulAdd(y, log_low, hn::MulSub(y, log, z));
  const auto plain = hn::Lt(hn::Abs(z), number(d, 800));  // not where y is infinite
  z = hn::IfThenZeroElse(hn::Eq(magnitude, one), z);
  z_low = hn::IfThenElseZero(plain, z_low);
  const V bounded = hn::Min(hn::Max(z, number(d, -800)), number(d, 800));
  const V n = hn::Round(hn::Mul(bounded, number(d, 1.4426950408889634)));
  const V r = hn::Add(hn::NegMulAdd(n, ln2_low, hn::NegMulAdd(n, ln2, bounded)), z_low);
  static constexpr double kExpTail[] = {
      1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320,
      1.0 / 5040,       1.0 / 720,       1.0 / 120,      1.0 / 24,      1.0 / 6,      0.5};
  V g = polynomial(d, r, kExpTail);
  g = hn::Add(one, hn::MulAdd(hn::Mul(r, r), g, r));
  const V first = hn::Floor(hn::Mul(n, number(d, 0.5)));  // n may be as large as 1155
  V result = hn::Mul(hn::Mul(g, power_of_two(d, first)), power_of_two(d, hn::Sub(n, first)));
  result = hn::IfThenElse(hn::Eq(z, z), result, z);
  return power_edges(d, x, y, result);
}

// The quotient rounded down and the remainder, which a fused multiply-add gives without error as
// long as the quotient is a whole number of the type. Rounding may have lifted a / b to the next
// one.
template <bool kRemainder, class D, class V, class T = hn::TFromD<D>>
HWY_INLINE V divide_down(D d, V a, V b) {
  auto scalar = [](T x, T y) {
    return kRemainder ? scalar_math::remainder(x, y) : scalar_math::floor_divide(x, y);
  };
#if HWY_NATIVE_FMA
  const V ratio = hn::Div(a, b), zero = hn::Zero(d);
  V q = hn::Floor(ratio);
  const auto easy = hn::And(hn::Lt(hn::Abs(q), number(d, is_float32<D> ? 0x1p23 : 0x1p52)),
                            hn::Lt(hn::Abs(b), infinity(d)));
  V r = hn::NegMulAdd(q, b, a);
  const auto lifted =
      hn::Or(hn::And(hn::Lt(r, zero), hn::Gt(b, zero)), hn::And(hn::Gt(r, zero), hn::Lt(b, zero)));
  V result = zero;
  if constexpr (kRemainder) {
    r = hn::IfThenElse(lifted, hn::Add(r, b), r);
    result = hn::IfThenElse(hn::Eq(r, zero), hn::CopySign(zero, b), r);
  } else {
    q = hn::IfThenElse(lifted, hn::Sub(q, number(d, 1)), q);
    result = hn::IfThenElse(hn::Eq(q, zero), hn::CopySign(zero, ratio), q);
  }
  return repair_lanes(d, hn::Not(easy), a, b, result, scalar);
#else
  return repair_lanes(d, hn::Eq(hn::Zero(d), hn::Zero(d)), a, b, a, scalar);
#endif
}

// Integers below 2^52 are exact as doubles, and so is their quotient rounded down.
template <bool kRemainder, class DI, class VI, class T = hn::TFromD<DI>>
HWY_INLINE VI divide_integers(DI di, VI a, VI b) {
  const hn::Rebind<double, DI> d;
  const hn::Rebind<int64_t, DI> ds;
  const auto bound = hn::Set(d, 0x1p52);
  const auto x = hn::ConvertTo(d, hn::BitCast(ds, a)), y = hn::ConvertTo(d, hn::BitCast(ds, b));
  const auto small = hn::And(hn::Lt(hn::Abs(x), bound), hn::Lt(hn::Abs(y), bound));
  const auto easy = hn::And(small, hn::Gt(hn::Abs(y), hn::Zero(d)));
  const auto q = hn::Floor(hn::Div(x, y));
  const auto r = kRemainder ? hn::NegMulAdd(q, y, x) : q;
  const auto result = hn::BitCast(di, hn::ConvertTo(ds, hn::IfThenElseZero(easy, r)));
  return repair_lanes(di, hn::RebindMask(di, hn::Not(easy)), a, b, result, [](T u, T v) {
    return kRemainder ? scalar_math::remainder(u, v) : scalar_math::floor_divide(u, v);
  });
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

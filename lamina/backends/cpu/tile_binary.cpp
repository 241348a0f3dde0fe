// Steps for the functions of two numbers that have no instruction: powers, divisions that round
// down, angles and lengths.
#include "lamina/backends/cpu/targets.h"
#include "lamina/backends/cpu/tile_ops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/tile_binary.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/vector-inl.h"
#include "lamina/backends/cpu/vector_angle-inl.h"
#include "lamina/backends/cpu/vector_power-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

template <ScalarOp kOp, class D, class V>
HWY_INLINE V apply(D d, V a, V b) {
  constexpr bool kRemainder = kOp == ScalarOp::Remainder;
  if constexpr (kOp == ScalarOp::Power && is_float32<D>)
    return power_of_floats(d, a, b);
  else if constexpr (kOp == ScalarOp::Power)
    return power_of_doubles(d, a, b);
  else if constexpr (kOp == ScalarOp::Atan2)
    return vector_atan2(d, a, b);
  else if constexpr (kOp == ScalarOp::Hypot)
    return vector_hypot(d, a, b);
  else if constexpr (kOp == ScalarOp::CopySign)
    return hn::CopySign(a, b);
  else if constexpr (hwy::IsFloat<hn::TFromD<D>>())
    return divide_down<kRemainder>(d, a, b);
  else
    return divide_integers<kRemainder>(d, a, b);
}

template <ScalarOp kOp, class T>
void run_binary(const Step& step, std::byte* const* slot, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  T* to = reinterpret_cast<T*>(slot[step.to]);
  const T *a = reinterpret_cast<const T*>(slot[step.from[0]]),
          *b = reinterpret_cast<const T*>(slot[step.from[1]]);
  const int64_t sa = step.stride[0], sb = step.stride[1];
  int64_t i = 0;
  for (; i + N <= n; i += N)
    hn::StoreU(apply<kOp>(d, hn::LoadU(d, a + sa * i), hn::LoadU(d, b + sb * i)), d, to + i);
  if (i < n) {
    const auto few = static_cast<size_t>(n - i);
    const auto x = sa ? load_few(d, a + i, few) : hn::LoadU(d, a);
    const auto y = sb ? load_few(d, b + i, few) : hn::LoadU(d, b);
    store_few(d, apply<kOp>(d, x, y), to + i, few);
  }
}

// Exponents that are one small number for all: products, exact to a rounding each.
template <class T, class F>
HWY_INLINE void each_vector(const Step& step, std::byte* const* slot, int64_t n, F&& f) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  T* to = reinterpret_cast<T*>(slot[step.to]);
  const T* from = reinterpret_cast<const T*>(slot[step.from[0]]);
  int64_t i = 0;
  for (; i + N <= n; i += N) hn::StoreU(f(d, hn::LoadU(d, from + i)), d, to + i);
  if (i < n) {
    const auto few = static_cast<size_t>(n - i);
    store_few(d, f(d, load_few(d, from + i, few)), to + i, few);
  }
}

template <class T>
HWY_INLINE bool small_power(const Step& step, std::byte* const* slot, int64_t n) {
  if (step.stride[1] || !step.stride[0]) return false;
  const T exponent = *reinterpret_cast<const T*>(slot[step.from[1]]);
  if (exponent == 2) {
    each_vector<T>(step, slot, n, [](auto, auto x) HWY_ATTR { return hn::Mul(x, x); });
  } else if (exponent == 3) {
    each_vector<T>(step, slot, n, [](auto, auto x) HWY_ATTR { return hn::Mul(hn::Mul(x, x), x); });
  } else if (exponent == 4) {
    each_vector<T>(step, slot, n, [](auto, auto x) HWY_ATTR {
      const auto square = hn::Mul(x, x);
      return hn::Mul(square, square);
    });
  } else if (exponent == -1) {
    each_vector<T>(step, slot, n, [](auto d, auto x) HWY_ATTR { return hn::Div(number(d, 1), x); });
  } else if (exponent == T(0.5)) {  // not sqrt alone: (-0)^0.5 is 0 and (-inf)^0.5 is inf
    each_vector<T>(step, slot, n, [](auto d, auto x) HWY_ATTR {
      const auto root = hn::Sqrt(hn::Add(x, hn::Zero(d)));
      return hn::IfThenElse(hn::Eq(x, hn::Neg(infinity(d))), infinity(d), root);
    });
  } else {
    return false;
  }
  return true;
}

void run_power_f64(const Step& step, std::byte* const* slot, int64_t n) {
  if (small_power<double>(step, slot, n)) return;
#if HWY_NATIVE_FMA
  run_binary<ScalarOp::Power, double>(step, slot, n);
#else  // the low parts of products need it
  double* to = reinterpret_cast<double*>(slot[step.to]);
  const double *x = reinterpret_cast<const double*>(slot[step.from[0]]),
               *y = reinterpret_cast<const double*>(slot[step.from[1]]);
  for (int64_t i = 0; i < n; ++i) to[i] = std::pow(x[i * step.stride[0]], y[i * step.stride[1]]);
#endif
}

void run_power_f32(const Step& step, std::byte* const* slot, int64_t n) {
  if (!small_power<float>(step, slot, n)) run_binary<ScalarOp::Power, float>(step, slot, n);
}

template <ScalarOp kOp>
StepFunction division_for(ScalarType type) {
  switch (type) {
    case ScalarType::F32:
      return run_binary<kOp, float>;
    case ScalarType::F64:
      return run_binary<kOp, double>;
    case ScalarType::I64:
      return run_binary<kOp, int64_t>;
    default:
      return nullptr;
  }
}

template <ScalarOp kOp>
StepFunction real_for(ScalarType type) {
  return type == ScalarType::F32   ? run_binary<kOp, float>
         : type == ScalarType::F64 ? run_binary<kOp, double>
                                   : nullptr;
}

StepFunction binary_of(ScalarOp op, ScalarType type) {
  switch (op) {
    case ScalarOp::Power:
      return type == ScalarType::F32   ? run_power_f32
             : type == ScalarType::F64 ? run_power_f64
                                       : nullptr;
    case ScalarOp::Atan2:
      return real_for<ScalarOp::Atan2>(type);
    case ScalarOp::Hypot:
      return real_for<ScalarOp::Hypot>(type);
    case ScalarOp::CopySign:
      return real_for<ScalarOp::CopySign>(type);
    case ScalarOp::Remainder:
      return division_for<ScalarOp::Remainder>(type);
    case ScalarOp::FloorDivide:
      return division_for<ScalarOp::FloorDivide>(type);
    default:
      return nullptr;
  }
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(binary_of);
StepFunction binary_step(ScalarOp op, ScalarType type) {
  return HWY_DYNAMIC_DISPATCH(binary_of)(op, type);
}
}  // namespace lamina::cpu
#endif

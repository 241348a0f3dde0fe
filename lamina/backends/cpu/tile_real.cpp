// Steps for the functions of one real number.
#include "lamina/backends/cpu/targets.h"
#include "lamina/backends/cpu/tile_ops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/tile_real.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/vector-inl.h"
#include "lamina/backends/cpu/vector_angle-inl.h"
#include "lamina/backends/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

template <ScalarOp kOp, class D, class V>
HWY_INLINE V apply(D d, V x) {
  if constexpr (kOp == ScalarOp::Exp)
    return vector_exp(d, x);
  else if constexpr (kOp == ScalarOp::Expm1)
    return vector_expm1(d, x);
  else if constexpr (kOp == ScalarOp::Log)
    return vector_log(d, x);
  else if constexpr (kOp == ScalarOp::Log1p)
    return vector_log1p(d, x);
  else if constexpr (kOp == ScalarOp::Log2)
    return vector_log2(d, x);
  else if constexpr (kOp == ScalarOp::Log10)
    return vector_log10(d, x);
  else if constexpr (kOp == ScalarOp::Exp2)
    return vector_exp2(d, x);
  else if constexpr (kOp == ScalarOp::Sin)
    return vector_sin(d, x);
  else if constexpr (kOp == ScalarOp::Cos)
    return vector_cos(d, x);
  else if constexpr (kOp == ScalarOp::Tan)
    return vector_tan(d, x);
  else if constexpr (kOp == ScalarOp::Asin)
    return hn::Asin(d, x);
  else if constexpr (kOp == ScalarOp::Acos)
    return hn::Acos(d, x);
  else if constexpr (kOp == ScalarOp::Atan)
    return hn::Atan(d, x);
  else if constexpr (kOp == ScalarOp::Sinh)
    return vector_sinh(d, x);
  else if constexpr (kOp == ScalarOp::Cosh)
    return vector_cosh(d, x);
  else if constexpr (kOp == ScalarOp::Tanh)
    return vector_tanh(d, x);
  else if constexpr (kOp == ScalarOp::Asinh)
    return vector_asinh(d, x);
  else if constexpr (kOp == ScalarOp::Acosh)
    return vector_acosh(d, x);
  else if constexpr (kOp == ScalarOp::Atanh)
    return vector_atanh(d, x);
  else if constexpr (kOp == ScalarOp::Erf)
    return vector_erf(d, x);
  else if constexpr (kOp == ScalarOp::Sigmoid)
    return vector_sigmoid(d, x);
  else
    return x;
}

template <ScalarOp kOp, class T>
void run_real(const Step& step, std::byte* const* slot, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  T* to = reinterpret_cast<T*>(slot[step.to]);
  const T* from = reinterpret_cast<const T*>(slot[step.from[0]]);
  int64_t i = 0;
  for (; i + N <= n; i += N) hn::StoreU(apply<kOp>(d, hn::LoadU(d, from + i)), d, to + i);
  if (i < n) {
    size_t few = static_cast<size_t>(n - i);
    store_few(d, apply<kOp>(d, load_few(d, from + i, few)), to + i, few);
  }
}

template <class T>
StepFunction real_for(ScalarOp op) {
  switch (op) {
#define LAMINA_CASE(Name) \
  case ScalarOp::Name:    \
    return run_real<ScalarOp::Name, T>;
    LAMINA_CASE(Exp)
    LAMINA_CASE(Log10)
    LAMINA_CASE(Exp2)
    LAMINA_CASE(Expm1)
    LAMINA_CASE(Log) LAMINA_CASE(Log1p) LAMINA_CASE(Log2) LAMINA_CASE(Sin) LAMINA_CASE(Cos)
        LAMINA_CASE(Tan) LAMINA_CASE(Asin) LAMINA_CASE(Acos) LAMINA_CASE(Atan) LAMINA_CASE(Sinh)
            LAMINA_CASE(Cosh) LAMINA_CASE(Tanh) LAMINA_CASE(Asinh) LAMINA_CASE(Acosh)
                LAMINA_CASE(Atanh) LAMINA_CASE(Erf) LAMINA_CASE(Sigmoid)
#undef LAMINA_CASE
                default : return nullptr;
  }
}

StepFunction real_of(ScalarOp op, ScalarType type) {
  return type == ScalarType::F32 ? real_for<float>(op) : real_for<double>(op);
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(real_of);
StepFunction real_step(ScalarOp op, ScalarType type) {
  return HWY_DYNAMIC_DISPATCH(real_of)(op, type);
}
}  // namespace lamina::cpu
#endif

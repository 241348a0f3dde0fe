// One step of applied_steps.h on a vector. Included once per instruction set.
#if defined(LAMINA_CPU_APPLIED_STEPS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LAMINA_CPU_APPLIED_STEPS_INL_H
#undef LAMINA_CPU_APPLIED_STEPS_INL_H
#else
#define LAMINA_CPU_APPLIED_STEPS_INL_H
#endif

#include "lamina/backends/cpu/applied_steps.h"
#include "lamina/backends/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Rounded as the ops' own formulas are.
template <class D, class V>
HWY_INLINE V applied(D d, backend::PostOp::Kind kind, V value, V extra) {
  using Kind = backend::PostOp::Kind;
  const V half = number(d, 0.5), one = number(d, 1), zero = hn::Zero(d);
  switch (kind) {
    case Kind::Relu: return hn::IfThenElse(hn::Lt(value, zero), zero, value);  // NaN stays
    case Kind::Sigmoid: return vector_sigmoid(d, value);
    case Kind::Silu: return hn::Mul(value, vector_sigmoid(d, value));
    case Kind::Tanh: return vector_tanh(d, value);
    case Kind::Gelu: {
      const V inner = vector_erf(d, hn::Mul(value, number(d, 0.70710678118654752440)));
      return hn::Mul(hn::Mul(half, value), hn::Add(one, inner));
    }
    case Kind::GeluTanh: {
      const V cube = hn::Mul(hn::Mul(hn::Mul(number(d, 0.044715), value), value), value);
      const V inner = hn::Mul(number(d, 0.79788456080286535588), hn::Add(value, cube));
      return hn::Mul(hn::Mul(half, value), hn::Add(one, vector_tanh(d, inner)));
    }
    case Kind::Negate: return hn::Neg(value);
    case Kind::Add:
    case Kind::Accumulate: return hn::Add(value, extra);
    case Kind::Subtract: return hn::Sub(value, extra);
    case Kind::Multiply: return hn::Mul(value, extra);
  }
  return value;
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

// Loads and stores of fewer elements than a vector has, and minimum and maximum that let NaN
// through. Included once per instruction set.
#if defined(LAMINA_CPU_VECTOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LAMINA_CPU_VECTOR_INL_H
#undef LAMINA_CPU_VECTOR_INL_H
#else
#define LAMINA_CPU_VECTOR_INL_H
#endif

#include <cstring>

#include <hwy/highway.h>
#include "lamina/base/half.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Masked accesses must not touch what lies behind the mask; only these instruction sets promise it.
#define LAMINA_MASKED_MEMORY (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2)

template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_few(D d, const T* from, size_t count) {
#if LAMINA_MASKED_MEMORY
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#else
  alignas(64) T buffer[HWY_MAX_BYTES / sizeof(T)] = {};
  std::memcpy(buffer, from, count * sizeof(T));
  return hn::Load(d, buffer);
#endif
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_few(D d, hn::Vec<D> v, T* to, size_t count) {
#if LAMINA_MASKED_MEMORY
  hn::BlendedStore(v, hn::FirstN(d, count), d, to);
#else
  alignas(64) T buffer[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(v, d, buffer);
  std::memcpy(to, buffer, count * sizeof(T));
#endif
}

// To the nearest bfloat16, halfway to the even one, as BFloat16 (base/half.h) does; a NaN stays one.
// Only float32 is ever rounded so.
template <class D>
HWY_INLINE hn::Vec<D> round_bfloat16(D d, hn::Vec<D> v) {
  if constexpr (sizeof(hn::TFromD<D>) != 4) {
    return v;
  } else {
    const hn::RebindToUnsigned<D> du;
    const auto upper = hn::Set(du, 0xffff0000u), bits = hn::BitCast(du, v);
    const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1u));
    const auto rounded = hn::And(hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7fffu))), upper);
    const auto quiet = hn::Or(hn::And(bits, upper), hn::Set(du, 0x400000u));
    return hn::IfThenElse(hn::Eq(v, v), hn::BitCast(d, rounded), hn::BitCast(d, quiet));
  }
}

// To the nearest float16, as Half (base/half.h) does. Only float32 is ever rounded so.
template <class D>
HWY_INLINE hn::Vec<D> round_float16(D d, hn::Vec<D> v) {
  if constexpr (sizeof(hn::TFromD<D>) != 4) {
    return v;
  } else {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
    const hn::Rebind<hwy::float16_t, D> dh;
    return hn::PromoteTo(d, hn::DemoteTo(dh, v));
#else
    alignas(64) float lanes[HWY_MAX_BYTES / sizeof(float)];
    hn::Store(v, d, lanes);
    for (size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = Half(lanes[i]);
    return hn::Load(d, lanes);
#endif
  }
}

// NaN if either is; of two zeros the first. (NaN is looked for with Eq: Highway's Ne is false for
// it.) An x86 processor's instruction gives its second operand if either is NaN or both are zero.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
template <class V>
HWY_INLINE V minimum(V a, V b) {
  return hn::IfThenElse(hn::Eq(b, b), hn::Min(b, a), b);
}
template <class V>
HWY_INLINE V maximum(V a, V b) {
  return hn::IfThenElse(hn::Eq(b, b), hn::Max(b, a), b);
}
#else
template <class V>
HWY_INLINE V minimum(V a, V b) {
  return hn::IfThenElse(hn::Eq(a, a), hn::IfThenElse(hn::Eq(b, b), hn::Min(b, a), b), a);
}
template <class V>
HWY_INLINE V maximum(V a, V b) {
  return hn::IfThenElse(hn::Eq(a, a), hn::IfThenElse(hn::Eq(b, b), hn::Max(b, a), b), a);
}
#endif

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

// Loads and stores between memory and tiles: conversion of the storage types, strides, broadcasts.
#include "lamina/backends/cpu/targets.h"
#include "lamina/backends/cpu/tile_ops.h"

#include <cstring>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/tile_memory.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

// What an element of storage type S is in a tile. Bool is the byte 0 or 1 in both.
template <class S>
using Computed = std::conditional_t<
    std::is_same_v<S, bool>, uint8_t,
    std::conditional_t<
        std::is_same_v<S, double>, double,
        std::conditional_t<!std::is_integral_v<S>, float,
                           std::conditional_t<std::is_signed_v<S>, int64_t, uint64_t>>>>;
template <class S>
using Stored = std::conditional_t<std::is_same_v<S, bool>, uint8_t, S>;

template <class S>
HWY_INLINE Computed<S> load_one(const std::byte* p) {
  Stored<S> v;
  std::memcpy(&v, p, sizeof v);
  if constexpr (std::is_same_v<S, bool>) return v != 0;
  return static_cast<Computed<S>>(v);
}
template <class S>
HWY_INLINE void store_one(std::byte* p, Computed<S> v) {
  Stored<S> s;
  if constexpr (std::is_same_v<S, Half> || std::is_same_v<S, BFloat16>) {
    s = S(v);
  } else {
    s = static_cast<Stored<S>>(v);
  }
  std::memcpy(p, &s, sizeof s);
}

// Vectors convert float16 where the processor has instructions for it, rounding as Half does.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
template <class S>
inline constexpr bool kVectorHalf = std::is_same_v<S, Half>;
#else
template <class S>
inline constexpr bool kVectorHalf = false;
#endif

template <class S>
HWY_INLINE void load_contiguous(Computed<S>* to, const std::byte* from, int64_t n) {
  using C = Computed<S>;
  int64_t i = 0;
  if constexpr (sizeof(C) == sizeof(S) && !std::is_same_v<S, bool>) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(C));
    return;
  } else if constexpr (kVectorHalf<S>) {
    const hn::ScalableTag<float> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> dh;
    const int64_t N = static_cast<int64_t>(hn::Lanes(d));
    for (; i + N <= n; i += N) {
      hn::StoreU(hn::PromoteTo(d, hn::LoadU(dh, reinterpret_cast<const hwy::float16_t*>(from) + i)),
                 d, to + i);
    }
  }
  const auto* p = from;
  for (; i < n; ++i) to[i] = load_one<S>(p + i * static_cast<int64_t>(sizeof(S)));
}

template <class S>
HWY_INLINE void store_contiguous(std::byte* to, const Computed<S>* from, int64_t n) {
  using C = Computed<S>;
  int64_t i = 0;
  if constexpr (sizeof(C) == sizeof(S)) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(C));
    return;
  } else if constexpr (kVectorHalf<S>) {
    const hn::ScalableTag<float> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> dh;
    const int64_t N = static_cast<int64_t>(hn::Lanes(d));
    for (; i + N <= n; i += N) {
      hn::StoreU(hn::DemoteTo(dh, hn::LoadU(d, from + i)), dh,
                 reinterpret_cast<hwy::float16_t*>(to) + i);
    }
  }
  for (; i < n; ++i) store_one<S>(to + i * static_cast<int64_t>(sizeof(S)), from[i]);
}

template <class S>
void load_block(std::byte* tile, const std::byte* memory, const Block& block) {
  using C = Computed<S>;
  C* to = reinterpret_cast<C*>(tile);
  const int64_t rs = block.row_stride, cs = block.column_stride;
  if (cs == static_cast<int64_t>(sizeof(S))) {
    for (int64_t r = 0; r < block.rows; ++r)
      load_contiguous<S>(to + r * block.columns, memory + r * rs, block.columns);
  } else if (cs == 0) {
    for (int64_t r = 0; r < block.rows; ++r) {
      const C v = load_one<S>(memory + r * rs);
      for (int64_t c = 0; c < block.columns; ++c) to[r * block.columns + c] = v;
    }
  } else if (block.rows > 1 && rs * rs < cs * cs) {  // transposed: read along the rows
    for (int64_t c = 0; c < block.columns; ++c) {
      for (int64_t r = 0; r < block.rows; ++r)
        to[r * block.columns + c] = load_one<S>(memory + r * rs + c * cs);
    }
  } else {
    for (int64_t r = 0; r < block.rows; ++r) {
      for (int64_t c = 0; c < block.columns; ++c)
        to[r * block.columns + c] = load_one<S>(memory + r * rs + c * cs);
    }
  }
}

template <class S>
void store_block(std::byte* memory, const std::byte* tile, bool splat, const Block& block) {
  using C = Computed<S>;
  const C* from = reinterpret_cast<const C*>(tile);
  const int64_t rs = block.row_stride, cs = block.column_stride;
  if (splat) {
    const C v = *from;
    for (int64_t r = 0; r < block.rows; ++r) {
      for (int64_t c = 0; c < block.columns; ++c) store_one<S>(memory + r * rs + c * cs, v);
    }
  } else if (cs == static_cast<int64_t>(sizeof(S))) {
    for (int64_t r = 0; r < block.rows; ++r)
      store_contiguous<S>(memory + r * rs, from + r * block.columns, block.columns);
  } else if (block.rows > 1 && rs * rs < cs * cs) {
    for (int64_t c = 0; c < block.columns; ++c) {
      for (int64_t r = 0; r < block.rows; ++r)
        store_one<S>(memory + r * rs + c * cs, from[r * block.columns + c]);
    }
  } else {
    for (int64_t r = 0; r < block.rows; ++r) {
      for (int64_t c = 0; c < block.columns; ++c)
        store_one<S>(memory + r * rs + c * cs, from[r * block.columns + c]);
    }
  }
}

LoadFunction load_of(DType dtype) {
  return dispatch(dtype, [](auto zero) -> LoadFunction { return load_block<decltype(zero)>; });
}
StoreFunction store_of(DType dtype) {
  return dispatch(dtype, [](auto zero) -> StoreFunction { return store_block<decltype(zero)>; });
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(load_of);
HWY_EXPORT(store_of);
LoadFunction load_function(DType dtype) { return HWY_DYNAMIC_DISPATCH(load_of)(dtype); }
StoreFunction store_function(DType dtype) { return HWY_DYNAMIC_DISPATCH(store_of)(dtype); }
}  // namespace lamina::cpu
#endif

// Runs are searched in two steps: the extreme value of each block, in vectors; then the place of
// the value in the first block that has it. Columns keep the best value and its row side by side.
#include "lamina/backends/cpu/arg_extreme.h"

#include "lamina/backends/cpu/targets.h"
#include "lamina/backends/cpu/tile_ops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/arg_extreme.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

constexpr int64_t kArgBlock = 1024;

template <class S>
inline constexpr bool is_half = sizeof(S) == 2 && !std::is_integral_v<S>;
// What a type is compared as: 16-bit floats are widened block by block.
template <class S>
using Compared =
    std::conditional_t<is_half<S>, float, std::conditional_t<std::is_same_v<S, bool>, uint8_t, S>>;

template <bool kLargest, class T>
HWY_INLINE bool takes_place(T v, T best) {
  const bool better = kLargest ? v > best : v < best;
  if constexpr (std::is_floating_point_v<T>) return better | ((v != v) & (best == best));
  return better;
}

template <class S>
HWY_INLINE const Compared<S>* comparable(const std::byte* x, int64_t n, Compared<S>* buffer) {
  if constexpr (is_half<S>) {
    const DType dtype = std::is_same_v<S, Half> ? DType::Float16 : DType::BFloat16;
    load_function(dtype)(reinterpret_cast<std::byte*>(buffer), x, Block{1, n, 0, 2});
    return buffer;
  } else {
    return reinterpret_cast<const Compared<S>*>(x);
  }
}

template <bool kLargest, class V>
HWY_INLINE V better(V a, V b) {
  if constexpr (hwy::IsFloat<hn::TFromV<V>>()) {
    return kLargest ? maximum(a, b) : minimum(a, b);
  } else {
    return kLargest ? hn::Max(a, b) : hn::Min(a, b);
  }
}

template <bool kLargest, class T>
HWY_INLINE T extreme_of(const T* x, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  T best = x[0];
  int64_t i = 0;
  if (n >= 4 * N) {
    auto v0 = hn::LoadU(d, x), v1 = hn::LoadU(d, x + N);
    auto v2 = hn::LoadU(d, x + 2 * N), v3 = hn::LoadU(d, x + 3 * N);
    for (i = 4 * N; i + 4 * N <= n; i += 4 * N) {
      v0 = better<kLargest>(v0, hn::LoadU(d, x + i));
      v1 = better<kLargest>(v1, hn::LoadU(d, x + i + N));
      v2 = better<kLargest>(v2, hn::LoadU(d, x + i + 2 * N));
      v3 = better<kLargest>(v3, hn::LoadU(d, x + i + 3 * N));
    }
    v0 = better<kLargest>(better<kLargest>(v0, v1), better<kLargest>(v2, v3));
    alignas(64) T lanes[HWY_MAX_BYTES / sizeof(T)];
    hn::Store(v0, d, lanes);
    best = lanes[0];
    for (int64_t k = 1; k < N; ++k) best = takes_place<kLargest>(lanes[k], best) ? lanes[k] : best;
  }
  for (; i < n; ++i) best = takes_place<kLargest>(x[i], best) ? x[i] : best;
  return best;
}

// The first element that is v, or NaN if v is; it is there.
template <class T>
HWY_INLINE int64_t place_of(T v, const T* x, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  if (v == v) {
    const auto wanted = hn::Set(d, v);
    for (; i + N <= n && hn::AllFalse(d, hn::Eq(hn::LoadU(d, x + i), wanted)); i += N) {
    }
    while (i + 1 < n && x[i] != v) ++i;
  } else {
    while (i + 1 < n && x[i] == x[i]) ++i;
  }
  return i;
}

template <bool kLargest, class S>
int64_t in_run(const std::byte* x, int64_t n) {
  using T = Compared<S>;
  T buffer[is_half<S> ? kArgBlock : 1];
  int64_t winner = -1;
  T best{};
  for (int64_t first = 0; first < n; first += kArgBlock) {
    const int64_t length = n - first < kArgBlock ? n - first : kArgBlock;
    const T* block = comparable<S>(x + first * static_cast<int64_t>(sizeof(S)), length, buffer);
    const T extreme = extreme_of<kLargest>(block, length);
    if (winner >= 0 && !takes_place<kLargest>(extreme, best)) continue;
    best = extreme, winner = first;
    if (best != best) break;
  }
  const int64_t length = n - winner < kArgBlock ? n - winner : kArgBlock;
  const T* block = comparable<S>(x + winner * static_cast<int64_t>(sizeof(S)), length, buffer);
  return winner + place_of(best, block, length);
}

template <bool kLargest, class S>
void in_columns(const std::byte* x, int64_t rows, int64_t step, int64_t n, int64_t* positions) {
  using T = Compared<S>;
  using I = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;  // as wide, for vectors
  T buffer[is_half<S> ? kArgColumns : 1], best[kArgColumns];
  I at[kArgColumns];
  const T* row = comparable<S>(x, n, buffer);
  for (int64_t k = 0; k < n; ++k) best[k] = row[k], at[k] = 0;
  for (int64_t r = 1; r < rows; ++r) {
    row = comparable<S>(x + r * step, n, buffer);
    const I number = static_cast<I>(r);
    for (int64_t k = 0; k < n; ++k) {
      const T v = row[k];
      const bool takes = takes_place<kLargest>(v, best[k]);
      best[k] = takes ? v : best[k];
      at[k] = takes ? number : at[k];
    }
  }
  for (int64_t k = 0; k < n; ++k) positions[k] = at[k];
}

template <bool kLargest, class S>
bool beats(const std::byte* x, int64_t j, int64_t i) {
  using T = Compared<S>;
  auto value = [&](int64_t k) { return static_cast<T>(reinterpret_cast<const S*>(x)[k]); };
  return takes_place<kLargest>(value(j), value(i));
}

ArgExtreme arg_extreme_of(DType dtype, bool largest) {
  return dispatch(dtype, [&](auto zero) -> ArgExtreme {
    using S = decltype(zero);
    if (largest) return {in_run<true, S>, in_columns<true, S>, beats<true, S>};
    return {in_run<false, S>, in_columns<false, S>, beats<false, S>};
  });
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(arg_extreme_of);
ArgExtreme arg_extreme(DType dtype, bool largest) {
  return HWY_DYNAMIC_DISPATCH(arg_extreme_of)(dtype, largest);
}
}  // namespace lamina::cpu
#endif

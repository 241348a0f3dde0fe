// Reductions of a tile into accumulators.
#include "lamina/backends/cpu/targets.h"
#include "lamina/backends/cpu/tile_ops.h"
#include "lamina/op/scalar_math.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/tile_combine.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

template <Monoid kMonoid, class T>
HWY_INLINE T combine_one(T a, T b) {
  if constexpr (kMonoid == Monoid::Sum && std::is_integral_v<T>)
    return scalar_math::wrap_add(a, b);
  else if constexpr (kMonoid == Monoid::Sum)
    return a + b;
  else if constexpr (kMonoid == Monoid::Product && std::is_integral_v<T>)
    return scalar_math::wrap_multiply(a, b);
  else if constexpr (kMonoid == Monoid::Product)
    return a * b;
  else if constexpr (kMonoid == Monoid::Minimum)
    return scalar_math::minimum(a, b);
  else if constexpr (kMonoid == Monoid::Maximum)
    return scalar_math::maximum(a, b);
  else if constexpr (kMonoid == Monoid::And)
    return a & b;
  else
    return a | b;
}

template <Monoid kMonoid, class V>
HWY_INLINE V combine_vectors(V a, V b) {
  if constexpr (kMonoid == Monoid::Sum)
    return hn::Add(a, b);
  else if constexpr (kMonoid == Monoid::Product)
    return hn::Mul(a, b);
  else if constexpr (kMonoid == Monoid::Minimum)
    return minimum(a, b);
  else
    return maximum(a, b);
}

// What changes no float when it is combined with it, zeros with a sign included.
template <Monoid kMonoid, class T>
HWY_INLINE T neutral() {
  if constexpr (kMonoid == Monoid::Sum)
    return T(-0.0);
  else if constexpr (kMonoid == Monoid::Product)
    return T{1};
  else if constexpr (kMonoid == Monoid::Minimum)
    return std::numeric_limits<T>::infinity();
  else
    return -std::numeric_limits<T>::infinity();
}

// Eight vectors of partial results hide the latency of addition and keep the sums short; they and
// their lanes are combined in pairs. Needs at least one element.
template <Monoid kMonoid, class T>
HWY_INLINE T reduce_run(const T* from, int64_t n) {
  if constexpr (std::is_integral_v<T>) {
    constexpr int64_t kTogether = 256 / sizeof(T);  // a few vectors, whatever their width
    T result = from[0];
    int64_t i = 1;
    if (n >= 2 * kTogether) {
      T part[kTogether];
      for (int64_t k = 0; k < kTogether; ++k) part[k] = from[k];
      for (i = kTogether; i + kTogether <= n; i += kTogether) {
        for (int64_t k = 0; k < kTogether; ++k)
          part[k] = combine_one<kMonoid>(part[k], from[i + k]);
      }
      result = part[0];
      for (int64_t k = 1; k < kTogether; ++k) result = combine_one<kMonoid>(result, part[k]);
    }
    for (; i < n; ++i) result = combine_one<kMonoid>(result, from[i]);
    return result;
  } else {
    const hn::ScalableTag<T> d;
    const int64_t N = static_cast<int64_t>(hn::Lanes(d));
    auto v0 = hn::Set(d, neutral<kMonoid, T>());
    int64_t i = 0;
    if (n >= N) {
      v0 = hn::LoadU(d, from);
      i = N;
    }
    if (n >= 8 * N) {
      auto v1 = hn::LoadU(d, from + N), v2 = hn::LoadU(d, from + 2 * N),
           v3 = hn::LoadU(d, from + 3 * N);
      auto v4 = hn::LoadU(d, from + 4 * N), v5 = hn::LoadU(d, from + 5 * N);
      auto v6 = hn::LoadU(d, from + 6 * N), v7 = hn::LoadU(d, from + 7 * N);
      for (i = 8 * N; n - i >= 8 * N; i += 8 * N) {
        v0 = combine_vectors<kMonoid>(v0, hn::LoadU(d, from + i));
        v1 = combine_vectors<kMonoid>(v1, hn::LoadU(d, from + i + N));
        v2 = combine_vectors<kMonoid>(v2, hn::LoadU(d, from + i + 2 * N));
        v3 = combine_vectors<kMonoid>(v3, hn::LoadU(d, from + i + 3 * N));
        v4 = combine_vectors<kMonoid>(v4, hn::LoadU(d, from + i + 4 * N));
        v5 = combine_vectors<kMonoid>(v5, hn::LoadU(d, from + i + 5 * N));
        v6 = combine_vectors<kMonoid>(v6, hn::LoadU(d, from + i + 6 * N));
        v7 = combine_vectors<kMonoid>(v7, hn::LoadU(d, from + i + 7 * N));
      }
      v0 = combine_vectors<kMonoid>(combine_vectors<kMonoid>(v0, v1),
                                    combine_vectors<kMonoid>(v2, v3));
      v4 = combine_vectors<kMonoid>(combine_vectors<kMonoid>(v4, v5),
                                    combine_vectors<kMonoid>(v6, v7));
      v0 = combine_vectors<kMonoid>(v0, v4);
    }
    for (; n - i >= N; i += N) v0 = combine_vectors<kMonoid>(v0, hn::LoadU(d, from + i));
    if (i < n) {
      const auto rest = hn::FirstN(d, static_cast<size_t>(n - i));
      const auto v = load_few(d, from + i, static_cast<size_t>(n - i));
      v0 = hn::IfThenElse(rest, combine_vectors<kMonoid>(v0, v), v0);
    }
    if constexpr (kMonoid == Monoid::Sum) {
      return hn::GetLane(hn::SumOfLanes(d, v0));
    } else {
      alignas(64) T lanes[HWY_MAX_BYTES / sizeof(T)];
      hn::Store(v0, d, lanes);
      for (int64_t half = N / 2; half > 0; half /= 2) {
        for (int64_t k = 0; k < half; ++k)
          lanes[k] = combine_one<kMonoid>(lanes[k], lanes[k + half]);
      }
      return lanes[0];
    }
  }
}

// Long runs in blocks, so that no partial result takes more than a few dozen additions.
template <Monoid kMonoid, class T>
HWY_INLINE T reduce_blocks(T result, const T* from, int64_t n) {
  for (int64_t i = 0; i < n; i += kReducedBlock) {
    const int64_t length = kReducedBlock < n - i ? kReducedBlock : n - i;
    result = combine_one<kMonoid>(result, reduce_run<kMonoid>(from + i, length));
  }
  return result;
}

template <Monoid kMonoid, class T>
HWY_INLINE void combine_run(T* to, const T* from, int64_t n) {
  int64_t i = 0;
  if constexpr (!std::is_integral_v<T>) {
    const hn::ScalableTag<T> d;
    const int64_t N = static_cast<int64_t>(hn::Lanes(d));
    for (; i + N <= n; i += N) {
      hn::StoreU(combine_vectors<kMonoid>(hn::LoadU(d, to + i), hn::LoadU(d, from + i)), d, to + i);
    }
  }
  for (; i < n; ++i) to[i] = combine_one<kMonoid>(to[i], from[i]);
}

// Column by vector of columns, down all rows, so that the accumulator stays in a register.
template <Monoid kMonoid, class T>
HWY_INLINE void combine_columns(T* to, const T* from, int64_t rows, int64_t columns) {
  int64_t c = 0;
  if constexpr (std::is_integral_v<T>) {
    for (int64_t r = 0; r < rows; ++r) combine_run<kMonoid>(to, from + r * columns, columns);
    return;
  } else {
    const hn::ScalableTag<T> d;
    const int64_t N = static_cast<int64_t>(hn::Lanes(d));
    for (; c + N <= columns; c += N) {
      auto v = hn::LoadU(d, to + c);
      for (int64_t r = 0; r < rows; ++r)
        v = combine_vectors<kMonoid>(v, hn::LoadU(d, from + r * columns + c));
      hn::StoreU(v, d, to + c);
    }
  }
  for (; c < columns; ++c) {
    T v = to[c];
    for (int64_t r = 0; r < rows; ++r) v = combine_one<kMonoid>(v, from[r * columns + c]);
    to[c] = v;
  }
}

template <Monoid kMonoid, class T>
void combine(std::byte* accumulators, const std::byte* tile, int64_t rows, int64_t columns,
             Combine how) {
  T* to = reinterpret_cast<T*>(accumulators);
  const T* from = reinterpret_cast<const T*>(tile);
  switch (how) {
    case Combine::All:
      *to = reduce_blocks<kMonoid>(*to, from, rows * columns);
      break;
    case Combine::Rows:
      for (int64_t r = 0; r < rows; ++r) {
        to[r] = reduce_blocks<kMonoid>(to[r], from + r * columns, columns);
      }
      break;
    case Combine::Columns:
      combine_columns<kMonoid>(to, from, rows, columns);
      break;
    case Combine::Elements:
      combine_run<kMonoid>(to, from, rows * columns);
      break;
  }
}

template <class T>
CombineFunction combine_for(Monoid monoid) {
  switch (monoid) {
    case Monoid::Sum:
      return combine<Monoid::Sum, T>;
    case Monoid::Product:
      return combine<Monoid::Product, T>;
    case Monoid::Minimum:
      return combine<Monoid::Minimum, T>;
    case Monoid::Maximum:
      return combine<Monoid::Maximum, T>;
    default:
      return nullptr;
  }
}

CombineFunction combine_of(Monoid monoid, ScalarType type) {
  switch (type) {
    case ScalarType::F32:
      return combine_for<float>(monoid);
    case ScalarType::F64:
      return combine_for<double>(monoid);
    case ScalarType::I64:
      return combine_for<int64_t>(monoid);
    case ScalarType::U64:
      return combine_for<uint64_t>(monoid);
    case ScalarType::Bool:
      break;
  }
  bool all = monoid == Monoid::And || monoid == Monoid::Minimum;
  return all ? combine<Monoid::And, uint8_t> : combine<Monoid::Or, uint8_t>;
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(combine_of);
CombineFunction combine_function(Monoid monoid, ScalarType type) {
  return HWY_DYNAMIC_DISPATCH(combine_of)(monoid, type);
}
}  // namespace lamina::cpu
#endif

// What the kernels of weighted sums share: the indices and weights of a block of points, read from
// any types into one. A negative index is a tap that does not count; one that is too large is noted
// and does not count either.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"

namespace lamina::cpu {

// What terms of elements T are added in.
template <class T>
using WeightedSum = std::conditional_t<std::is_same_v<T, double>, double, float>;

// x [batch, channels, size, inner], indices [batch, points, taps], y [batch, channels, points,
// inner].
struct WeightedShape {
  int64_t batch, channels, size, inner, points, taps;
  WeightedShape(const Shape& x, const Shape& indices)
      : batch(x[0]),
        channels(x[1]),
        size(x[2]),
        inner(x[3]),
        points(indices[1]),
        taps(indices[2]) {}
};

// Calls f with a value of the floating-point type `dtype`.
template <class F>
std::unique_ptr<Kernel> with_floating_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::Float16:
      return f(Half{});
    case DType::BFloat16:
      return f(BFloat16{});
    case DType::Float64:
      return f(double{});
    default:
      return f(float{});
  }
}

class Taps {
 public:
  // What is shared by the threads of one run.
  struct Errors {
    std::atomic<int64_t> first{INT64_MAX};  // number of the first index that is too large
  };
  template <class Weight>
  struct Block {
    std::vector<int64_t> places;  // -1: does not count
    std::vector<Weight> weights;
    bool skips = false;  // whether there is a -1
  };

  Taps(DType indices, DType weights, const WeightedShape& shape)
      : indices_(indices), weights_(weights), size_(shape.size), taps_(shape.taps) {}

  // The taps of `count` points from number `first` on; `weights` may be null.
  template <class Weight>
  void read(const std::byte* indices, const std::byte* weights, int64_t first, int64_t count,
            Block<Weight>& block, Errors& errors) const {
    const int64_t start = first * taps_, n = count * taps_;
    block.places.resize(static_cast<size_t>(n));
    int64_t* places = block.places.data();
    block.skips = false;
    dispatch(indices_, [&](auto zero) {
      using I = decltype(zero);
      if constexpr (std::is_integral_v<I>) {
        const I* from = reinterpret_cast<const I*>(indices) + start;
        bool skips = false;
        for (int64_t k = 0; k < n; ++k) {
          const bool counts = is_place(from[k]);
          skips |= !counts;
          places[k] = counts ? static_cast<int64_t>(from[k]) : -1;
        }
        block.skips = skips;
        for (int64_t k = 0; skips && k < n; ++k) {
          if (is_place(from[k]) || from[k] < I(0)) continue;
          note(start + k, errors);
          break;
        }
      }
    });
    if (!weights) return;
    block.weights.resize(static_cast<size_t>(n));
    dispatch(weights_, [&](auto zero) {
      using W = decltype(zero);
      const W* from = reinterpret_cast<const W*>(weights) + start;
      for (int64_t k = 0; k < n; ++k) {
        block.weights[static_cast<size_t>(k)] = static_cast<Weight>(WeightedSum<W>(from[k]));
      }
    });
  }

  // For the end of a run.
  void report(const std::byte* indices, const Errors& errors, RunContext& context) const {
    const int64_t first = errors.first.load();
    if (first == INT64_MAX) return;
    dispatch(indices_, [&](auto zero) {
      using I = decltype(zero);
      if constexpr (std::is_integral_v<I>) {
        context.report(static_cast<int64_t>(reinterpret_cast<const I*>(indices)[first]), size_);
      }
    });
  }

 private:
  template <class I>
  bool is_place(I index) const {
    return static_cast<uint64_t>(static_cast<int64_t>(index)) < static_cast<uint64_t>(size_);
  }
  static void note(int64_t wrong, Errors& errors) {
    int64_t first = errors.first.load();
    while (wrong < first && !errors.first.compare_exchange_weak(first, wrong)) {
    }
  }

  DType indices_, weights_;
  int64_t size_, taps_;
};

}  // namespace lamina::cpu

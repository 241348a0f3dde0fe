// Sums over the taps of a block of points, one number a point.
#pragma once

#include <algorithm>

#include "lamina/backends/cpu/weighted_taps.h"

namespace lamina::cpu {

// kTaps: their number where it is known, else 0.
template <bool kSkips, int kTaps, class T, class Sum>
void take_each(const T* x, T* y, int64_t n, int64_t count, const Taps::Block<Sum>& block) {
  const int64_t taps = kTaps ? kTaps : count;
  const int64_t* places = block.places.data();
  const Sum* weights = block.weights.data();
  for (int64_t p = 0; p < n; ++p, places += taps, weights += taps) {
    Sum sum = 0;
    bool all = true;  // for most points: a branch that is foreseen
    if constexpr (kSkips) {
      int64_t signs = 0;
      for (int64_t k = 0; k < taps; ++k) signs |= places[k];
      all = signs >= 0;
    }
    for (int64_t k = 0; k < taps; ++k) {
      if (!all) {  // without a branch: where it goes is not to be foreseen
        const bool counts = places[k] >= 0;
        const Sum term = weights[k] * static_cast<Sum>(x[counts ? places[k] : 0]);
        sum += counts ? term : Sum(0);
      } else {
        sum += weights[k] * static_cast<Sum>(x[places[k]]);
      }
    }
    y[p] = T(sum);
  }
}

template <bool kSkips, class T, class Sum>
void take_some(const T* x, T* y, int64_t n, int64_t taps, const Taps::Block<Sum>& block) {
  switch (taps) {
    case 1:
      return take_each<kSkips, 1>(x, y, n, taps, block);
    case 2:
      return take_each<kSkips, 2>(x, y, n, taps, block);
    case 4:
      return take_each<kSkips, 4>(x, y, n, taps, block);
    default:
      return take_each<kSkips, 0>(x, y, n, taps, block);
  }
}

// y[p] = the sum of weights times elements of x [size], for n points.
template <class T, class Sum>
void take_points(const T* x, int64_t size, T* y, int64_t n, int64_t taps,
                 const Taps::Block<Sum>& block) {
  if (size == 0) return void(std::fill(y, y + n, T(Sum(0))));
  block.skips ? take_some<true>(x, y, n, taps, block) : take_some<false>(x, y, n, taps, block);
}

}  // namespace lamina::cpu

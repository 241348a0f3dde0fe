// What the pooling ops share: checks, and the loops over windows.
#pragma once

#include <cmath>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"
#include "lamina/ops/pooling.h"

namespace lamina {

// [N, C, positions..] of a pooling of x; throws when the attributes do not fit.
Shape pooling_shape(const Inference& c, const PoolingAttributes& attributes, const Shape& x);

// Calls f(y, points) for every output: its row-major number, and those of the points of x in its
// window.
template <class F>
void each_window(const PoolingAttributes& a, const Shape& x, const Shape& y, F&& f) {
  const int axes = x.rank() - 2;
  int64_t size = 1, positions = 1, taps = 1;
  for (int i = 0; i < axes; ++i) size *= x[i + 2], positions *= y[i + 2], taps *= a.window[i];
  std::vector<int64_t> points;
  for (int64_t image = 0; image < y[0] * y[1]; ++image) {
    for (int64_t position = 0; position < positions; ++position) {
      points.clear();
      for (int64_t tap = 0; tap < taps; ++tap) {
        int64_t point = 0, step = 1, p = position, t = tap;
        bool inside = true;
        for (int i = axes; i-- > 0;) {
          const int64_t at = p % y[i + 2] * a.stride[i] + t % a.window[i] - a.padding_low[i];
          inside = inside && at >= 0 && at < x[i + 2];
          point += at * step;
          step *= x[i + 2], p /= y[i + 2], t /= a.window[i];
        }
        if (inside) points.push_back(image * size + point);
      }
      f(image * positions + position, points);
    }
  }
}

// Calls f(y, x) for every output with the point where its window has its maximum: the first one, or
// the first NaN.
template <class T, class F>
void each_maximum(const PoolingAttributes& a, const Shape& x, const Shape& y,
                  const std::vector<T>& values, F&& f) {
  each_window(a, x, y, [&](int64_t output, const std::vector<int64_t>& points) {
    int64_t best = points[0];
    for (int64_t point : points) {
      const bool first_nan = values[best] == values[best] && values[point] != values[point];
      if (values[point] > values[best] || first_nan) best = point;
    }
    f(output, best);
  });
}

// What an average divides by.
inline double average_count(const PoolingAttributes& a, size_t points) {
  if (!a.count_padding) return static_cast<double>(points);
  double count = 1;
  for (int64_t size : a.window) count *= static_cast<double>(size);
  return count;
}

}  // namespace lamina

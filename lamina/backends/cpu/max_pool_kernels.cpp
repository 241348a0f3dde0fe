#include "lamina/backends/cpu/max_pool_kernels.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/max_pool_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::backend::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Calls f(d, channel) for channels first..last: whole vectors, then fours, then one by one, so that
// nothing outside is read.
template <class T, class F>
HWY_ATTR HWY_INLINE void each_vector(int64_t first, int64_t last, F&& f) {
  const hn::ScalableTag<T> whole;
  const hn::CappedTag<T, 4> four;
  const hn::CappedTag<T, 1> one;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(whole));
  const int64_t few = static_cast<int64_t>(hn::Lanes(four));
  for (; first + lanes <= last; first += lanes) f(whole, first);
  for (; first + few <= last; first += few) f(four, first);
  for (; first < last; ++first) f(one, first);
}

// Calls f(position) for every point of the window, in row-major order.
template <class F>
HWY_ATTR HWY_INLINE void each_position(const PoolingShape& s, const PoolingWindow& w, F&& f) {
  for (int64_t i = w.first[0]; i < w.last[0]; ++i) {
    for (int64_t j = w.first[1]; j < w.last[1]; ++j) {
      const int64_t row = (i * s.in[1] + j) * s.in[2];
      for (int64_t k = w.first[2]; k < w.last[2]; ++k) f(row + k);
    }
  }
}

HWY_ATTR HWY_INLINE int64_t first_position(const PoolingShape& s, const PoolingWindow& w) {
  return (w.first[0] * s.in[1] + w.first[1]) * s.in[2] + w.first[2];
}

template <class T>
HWY_ATTR HWY_INLINE void maximum(const PoolingShape& s, const PoolingWindow& w, const T* x, T* y) {
  if (w.empty()) {
    using Limits = std::numeric_limits<T>;
    const T least = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    for (int64_t c = 0; c < s.channels; ++c) y[c] = least;
    return;
  }
  each_vector<T>(0, s.channels, [&](auto d, int64_t channel) HWY_ATTR {
    auto best = hn::LoadU(d, x + first_position(s, w) * s.channels + channel);
    each_position(s, w, [&](int64_t position) HWY_ATTR {
      const auto value = hn::LoadU(d, x + position * s.channels + channel);
      if constexpr (std::is_floating_point_v<T>) {
        best = hn::IfThenElse(hn::Or(hn::Gt(value, best), hn::IsNaN(value)), value, best);
      } else {
        best = hn::Max(value, best);
      }
    });
    hn::StoreU(best, d, y + channel);
  });
}

template <class T>
HWY_ATTR void rows_of(const PoolingShape& s, const T* x, T* y, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const int64_t entry = row / (s.out[0] * s.out[1]);
    int64_t at[3] = {row / s.out[1] % s.out[0], row % s.out[1], 0};
    for (; at[2] < s.out[2]; ++at[2]) {
      maximum(s, pooling_window(s, at), x + entry * s.in_points() * s.channels,
              y + (row * s.out[2] + at[2]) * s.channels);
    }
  }
}

// Positions are counted in T, which is exact: an image has fewer than 2^24 points.
template <class T>
HWY_ATTR HWY_INLINE void scatter(const PoolingShape& s, const PoolingWindow& w, const T* x,
                                 const T* g, T* gx, int64_t first, int64_t last) {
  each_vector<T>(first, last, [&](auto d, int64_t channel) HWY_ATTR {
    auto best = hn::LoadU(d, x + first_position(s, w) * s.channels + channel);
    auto place = hn::Zero(d), number = place;
    const auto one = hn::Set(d, T{1});
    each_position(s, w, [&](int64_t position) HWY_ATTR {
      const auto value = hn::LoadU(d, x + position * s.channels + channel);
      const auto is_first_nan = hn::AndNot(hn::IsNaN(best), hn::IsNaN(value));
      const auto better = hn::Or(hn::Gt(value, best), is_first_nan);
      best = hn::IfThenElse(better, value, best);
      place = hn::IfThenElse(better, number, place);
      number = hn::Add(number, one);
    });
    const auto given = hn::LoadU(d, g + channel);
    number = hn::Zero(d);
    each_position(s, w, [&](int64_t position) HWY_ATTR {
      T* target = gx + position * s.channels + channel;
      const auto share = hn::IfThenElseZero(hn::Eq(place, number), given);
      hn::StoreU(hn::Add(hn::LoadU(d, target), share), d, target);
      number = hn::Add(number, one);
    });
  });
}

template <class T>
HWY_ATTR void channels_of(const PoolingShape& s, const T* x, const T* g, T* gx, int64_t entry,
                          int64_t first, int64_t last) {
  x += entry * s.in_points() * s.channels;
  gx += entry * s.in_points() * s.channels;
  g += entry * s.out_points() * s.channels;
  for (int64_t point = 0; point < s.in_points(); ++point) {
    std::fill(gx + point * s.channels + first, gx + point * s.channels + last, T{0});
  }
  int64_t at[3];
  for (at[0] = 0; at[0] < s.out[0]; ++at[0]) {
    for (at[1] = 0; at[1] < s.out[1]; ++at[1]) {
      for (at[2] = 0; at[2] < s.out[2]; ++at[2], g += s.channels) {
        const PoolingWindow window = pooling_window(s, at);
        if (!window.empty()) scatter(s, window, x, g, gx, first, last);
      }
    }
  }
}

void rows_float(const PoolingShape& s, const float* x, float* y, int64_t first, int64_t last) {
  rows_of(s, x, y, first, last);
}
void rows_double(const PoolingShape& s, const double* x, double* y, int64_t first, int64_t last) {
  rows_of(s, x, y, first, last);
}
void rows_int8(const PoolingShape& s, const int8_t* x, int8_t* y, int64_t first, int64_t last) {
  rows_of(s, x, y, first, last);
}
void rows_uint8(const PoolingShape& s, const uint8_t* x, uint8_t* y, int64_t first, int64_t last) {
  rows_of(s, x, y, first, last);
}
void channels_float(const PoolingShape& s, const float* x, const float* g, float* gx, int64_t entry,
                    int64_t first, int64_t last) {
  channels_of(s, x, g, gx, entry, first, last);
}
void channels_double(const PoolingShape& s, const double* x, const double* g, double* gx,
                     int64_t entry, int64_t first, int64_t last) {
  channels_of(s, x, g, gx, entry, first, last);
}

}  // namespace lamina::backend::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::backend {

HWY_EXPORT(rows_float);
HWY_EXPORT(rows_double);
HWY_EXPORT(rows_int8);
HWY_EXPORT(rows_uint8);
HWY_EXPORT(channels_float);
HWY_EXPORT(channels_double);

void max_pool_rows(const PoolingShape& shape, const float* x, float* y, int64_t first,
                   int64_t last) {
  HWY_DYNAMIC_DISPATCH(rows_float)(shape, x, y, first, last);
}
void max_pool_rows(const PoolingShape& shape, const double* x, double* y, int64_t first,
                   int64_t last) {
  HWY_DYNAMIC_DISPATCH(rows_double)(shape, x, y, first, last);
}
void max_pool_rows(const PoolingShape& shape, const int8_t* x, int8_t* y, int64_t first,
                   int64_t last) {
  HWY_DYNAMIC_DISPATCH(rows_int8)(shape, x, y, first, last);
}
void max_pool_rows(const PoolingShape& shape, const uint8_t* x, uint8_t* y, int64_t first,
                   int64_t last) {
  HWY_DYNAMIC_DISPATCH(rows_uint8)(shape, x, y, first, last);
}
void max_pool_gradient_channels(const PoolingShape& shape, const float* x, const float* g,
                                float* gx, int64_t entry, int64_t first, int64_t last) {
  HWY_DYNAMIC_DISPATCH(channels_float)(shape, x, g, gx, entry, first, last);
}
void max_pool_gradient_channels(const PoolingShape& shape, const double* x, const double* g,
                                double* gx, int64_t entry, int64_t first, int64_t last) {
  HWY_DYNAMIC_DISPATCH(channels_double)(shape, x, g, gx, entry, first, last);
}

}  // namespace lamina::backend
#endif

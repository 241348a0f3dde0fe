// A pooling of 1 to 3 spatial axes written as one of three, of which the missing ones have size 1.
#pragma once

#include <algorithm>
#include <cstdint>

#include "lamina/op/backend.h"
#include "lamina/ops/pooling.h"

namespace lamina::backend {

struct PoolingShape {
  int64_t batch, channels;
  int64_t in[3], out[3], window[3], stride[3], low[3];

  int64_t in_points() const { return in[0] * in[1] * in[2]; }
  int64_t out_points() const { return out[0] * out[1] * out[2]; }
};

inline PoolingShape pooling_shape(const PoolingAttributes& attributes, const Shape& x,
                                  const Shape& y) {
  PoolingShape shape{x[0], x[1], {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}};
  const int axes = x.rank() - 2;
  for (int i = 0; i < axes; ++i) {
    const int to = 3 - axes + i;
    shape.in[to] = x[i + 2], shape.out[to] = y[i + 2];
    shape.window[to] = attributes.window[i], shape.stride[to] = attributes.stride[i];
    shape.low[to] = attributes.padding_low[i];
  }
  return shape;
}

// The positions of one window that lie in the input.
struct PoolingWindow {
  int64_t first[3], last[3];
  bool empty() const { return first[0] >= last[0] || first[1] >= last[1] || first[2] >= last[2]; }
};

inline PoolingWindow pooling_window(const PoolingShape& shape, const int64_t (&at)[3]) {
  PoolingWindow result;
  for (int i = 0; i < 3; ++i) {
    const int64_t start = at[i] * shape.stride[i] - shape.low[i];
    result.first[i] = std::max<int64_t>(start, 0);
    result.last[i] = std::min(start + shape.window[i], shape.in[i]);
  }
  return result;
}

}  // namespace lamina::backend

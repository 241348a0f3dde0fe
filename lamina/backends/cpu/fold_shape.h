// unfold and fold with 1 to 3 spatial axes, written with three of which the missing ones have size
// 1: which positions of the windows a point of the window has inside the image.
#pragma once

#include <algorithm>
#include <cstdint>

#include "lamina/op/backend.h"
#include "lamina/ops/fold.h"

namespace lamina::cpu {

struct FoldShape {
  int64_t planes;  // of the image, N C
  int64_t size[3] = {1, 1, 1}, count[3] = {1, 1, 1}, window[3] = {1, 1, 1};
  int64_t stride[3] = {1, 1, 1}, dilation[3] = {1, 1, 1}, low[3] = {0, 0, 0};

  FoldShape(const FoldAttributes& a, int64_t plane_count) : planes(plane_count) {
    const int axes = static_cast<int>(a.shape.size());
    for (int i = 0; i < axes; ++i) {
      const int to = 3 - axes + i;
      size[to] = a.shape[i], window[to] = a.window[i], stride[to] = a.stride[i];
      dilation[to] = a.dilation[i], low[to] = a.padding_low[i];
      const int64_t reach = (a.window[i] - 1) * a.dilation[i] + 1;
      count[to] =
          window_positions(a.shape[i], reach, a.stride[i], a.padding_low[i] + a.padding_high[i]);
    }
  }

  int64_t points() const { return size[0] * size[1] * size[2]; }
  int64_t positions() const { return count[0] * count[1] * count[2]; }
  int64_t taps() const { return window[0] * window[1] * window[2]; }

  // Where tap `tap` of an axis stands in the window at position 0; may be negative.
  int64_t start(int axis, int64_t tap) const { return tap * dilation[axis] - low[axis]; }

  // The positions first .. last of an axis at which the tap stands on a point from .. to.
  struct Range {
    int64_t first, last;
  };
  Range range(int axis, int64_t tap, int64_t from, int64_t to) const {
    const int64_t at = start(axis, tap), step = stride[axis];
    auto reaches = [&](int64_t point) {  // the first position that stands at the point or behind
      return point <= at ? 0 : (point - at + step - 1) / step;
    };
    const int64_t last = std::min(reaches(to), count[axis]);
    return {std::min(reaches(from), last), last};
  }
};

}  // namespace lamina::cpu

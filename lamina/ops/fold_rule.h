// What unfold and fold share: checks, and the loop over all points of all windows.
#pragma once

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"
#include "lamina/ops/fold.h"

namespace lamina {

struct FoldSizes {
  int64_t taps = 1, positions = 1;
  IntList counts;  // positions per axis
};

// Throws unless the attributes fit together and the windows fit.
FoldSizes fold_sizes(const Inference& c, const FoldAttributes& attributes);

// Calls f(image, column) with row-major numbers: image [N, C, sizes..], columns [N, C * taps,
// positions].
template <class F>
void each_fold_point(const FoldAttributes& a, int64_t planes, F&& f) {
  if (planes == 0) return;
  const int axes = static_cast<int>(a.shape.size());
  int64_t points = 1, taps = 1, positions = 1;
  IntList counts;
  for (int i = 0; i < axes; ++i) {
    const int64_t reach = (a.window[i] - 1) * a.dilation[i] + 1;
    counts.push_back(
        window_positions(a.shape[i], reach, a.stride[i], a.padding_low[i] + a.padding_high[i]));
    points *= a.shape[i], taps *= a.window[i], positions *= counts[i];
  }
  for (int64_t tap = 0; tap < taps; ++tap) {
    for (int64_t position = 0; position < positions; ++position) {
      int64_t point = 0, step = 1, t = tap, p = position;
      bool inside = true;
      for (int i = axes; i-- > 0;) {
        const int64_t at =
            p % counts[i] * a.stride[i] + t % a.window[i] * a.dilation[i] - a.padding_low[i];
        inside = inside && at >= 0 && at < a.shape[i];
        point += at * step;
        step *= a.shape[i], t /= a.window[i], p /= counts[i];
      }
      if (!inside) continue;
      for (int64_t plane = 0; plane < planes; ++plane) {
        f(plane * points + point, (plane * taps + tap) * positions + position);
      }
    }
  }
}

}  // namespace lamina

// Pooling with windows of several sizes, with positions of the maxima, and back again.
#pragma once

#include <vector>

#include "lamina/core/array.h"
#include "lamina/ops/pooling.h"

namespace lamina {

// Position i of P covers the points floor(i S / P) .. ceil((i + 1) S / P) - 1 of an axis of size S:
// the result has the given spatial sizes. x [N, C, spatial..].
Array adaptive_avg_pool(Array x, PerAxis size);
Array adaptive_avg_pool1d(Array x, PerAxis size);
Array adaptive_avg_pool3d(Array x, PerAxis size);
Array adaptive_max_pool(Array x, PerAxis size);
Array adaptive_max_pool1d(Array x, PerAxis size);
Array adaptive_max_pool2d(Array x, PerAxis size);
Array adaptive_max_pool3d(Array x, PerAxis size);

// The average and the maximum of every plane: [N, C, 1, ..].
Array global_avg_pool(Array x);
Array global_max_pool(Array x);

// Maxima and where they stand: row-major numbers within the spatial axes of x, int64.
struct PooledMaxima {
  Array values, indices;
};
PooledMaxima max_pool_with_indices(Array x, PerAxis window, const PoolOptions& options = {});
PooledMaxima adaptive_max_pool_with_indices(Array x, PerAxis size);

// Windows whose places are drawn at random, so that sizes shrink by other factors than whole ones
// (Graham, "Fractional max-pooling", 2014). Sizes come from output_size, or from output_ratio times
// those of x. samples [N, C, axes] in [0, 1) decide the places; drawn when left out.
struct FractionalPoolOptions {
  PerAxis output_size = {};
  std::vector<double> output_ratio = {};
  Array samples = {};
};
PooledMaxima fractional_max_pool(Array x, PerAxis window, const FractionalPoolOptions& options);

// [N, C, output_size..] with the values at their indices and 0 elsewhere: undoes
// max_pool_with_indices. Without output_size, the smallest size that pools to values' sizes.
struct UnpoolOptions {
  PerAxis stride = {};  // the window's size when left out
  PerAxis padding = 0;
  PerAxis output_size = {};
};
Array max_unpool(Array x, Array indices, PerAxis window, const UnpoolOptions& options = {});

// (sum of x^norm over the window)^(1 / norm).
struct LpPoolOptions {
  PerAxis stride = {};
  bool ceil_mode = false;
};
Array lp_pool(Array x, Array norm, PerAxis window, const LpPoolOptions& options = {});

// For every spatial axis the first point of each window and the one behind its last: int64, [P] or
// [N, C, P].
struct WindowBounds {
  Array start, stop;
};
struct WindowArgmaxAttributes {
  IntList dilation;  // distance of the points of a window, per spatial axis
  template <class V>
  void fields(V&& v) {
    v("dilation", dilation);
  }
};
Array window_argmax(Array x, const std::vector<WindowBounds>& bounds, IntList dilation);

}  // namespace lamina

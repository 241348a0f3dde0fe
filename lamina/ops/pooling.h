// Pooling over windows, in any number of spatial axes.
#pragma once

#include "lamina/core/array.h"
#include "lamina/ops/window.h"

namespace lamina {

struct PoolOptions {
  PerAxis stride = {};        // the window's size when left out
  Padding padding = 0;        // less than the window
  bool count_padding = true;  // averages: divide by the window's size, not by what lies in x
  PerAxis dilation = 1;       // maxima: distance of the points of a window
  bool ceil_mode = false;     // a last window may reach beyond the padding, if it starts before
  int64_t divisor = 0;        // averages: divide by this instead, when it is not 0
};

// x [N, C, spatial..] -> [N, C, positions..]. Padding is never the maximum. The functions without a
// number take any number of spatial axes.
Array max_pool(Array x, PerAxis window, const PoolOptions& options = {});
Array max_pool1d(Array x, PerAxis window, const PoolOptions& options = {});
Array max_pool2d(Array x, PerAxis window, const PoolOptions& options = {});
Array max_pool3d(Array x, PerAxis window, const PoolOptions& options = {});
Array avg_pool(Array x, PerAxis window, const PoolOptions& options = {});
Array avg_pool1d(Array x, PerAxis window, const PoolOptions& options = {});
Array avg_pool2d(Array x, PerAxis window, const PoolOptions& options = {});
Array avg_pool3d(Array x, PerAxis window, const PoolOptions& options = {});

// Averages such that the result has these spatial sizes; 1 is the global average. More of its kind
// stand in ops/adaptive.h.
Array adaptive_avg_pool2d(Array x, PerAxis size);

// As recorded: lists have one entry per spatial axis.
struct PoolingAttributes {
  IntList window, stride, padding_low, padding_high;
  bool count_padding = true;
  template <class V>
  void fields(V&& v) {
    v("window", window), v("stride", stride), v("padding_low", padding_low);
    v("padding_high", padding_high), v("count_padding", count_padding);
  }
};

// The gradient of an average depends on the spatial sizes of x alone, which are not among its
// inputs.
struct PoolingGradientAttributes : PoolingAttributes {
  IntList shape;
  template <class V>
  void fields(V&& v) {
    PoolingAttributes::fields(v), v("shape", shape);
  }
};

// For gradients: the cotangent [N, C, positions..] brought to where the maxima of x stand, and
// back: the values that stand where x has its maxima.
Array max_pool_gradient(Array x, Array cotangent, PoolingAttributes attributes);
Array max_pool_select(Array x, Array values, PoolingAttributes attributes);
Array average_pool(Array x, PoolingAttributes attributes);
Array average_pool_gradient(Array cotangent, PoolingAttributes attributes,
                            const IntList& input_sizes);

}  // namespace lamina

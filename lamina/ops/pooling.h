// Pooling over windows, in any number of spatial axes.
#pragma once

#include "lamina/core/shape.h"

namespace lamina {

class Array;

// x [N, C, spatial..] -> [N, C, spatial..]; lists have one entry per spatial axis. Padding is never the
// maximum; for averages it counts as zeros unless count_padding is false.
struct PoolingAttributes {
  IntList window, stride, padding_low, padding_high;
  bool count_padding = true;
  template <class V>
  void fields(V&& v) {
    v("window", window), v("stride", stride), v("padding_low", padding_low);
    v("padding_high", padding_high), v("count_padding", count_padding);
  }
};

// The gradient of an average depends on the shape of x alone, which is not among its inputs.
struct PoolingGradientAttributes : PoolingAttributes {
  IntList shape;
  template <class V>
  void fields(V&& v) {
    PoolingAttributes::fields(v), v("shape", shape);
  }
};

}  // namespace lamina

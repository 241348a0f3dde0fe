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

}  // namespace lamina

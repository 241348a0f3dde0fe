// Windows laid out side by side, and added up again.
#pragma once

#include "lamina/core/array.h"
#include "lamina/ops/window.h"

namespace lamina {

struct FoldOptions {
  PerAxis dilation = 1;
  Padding padding = 0;
  PerAxis stride = 1;
};

// x [N, C, spatial..] -> [N, C * window elements, positions]: every window as a column, also called
// im2col. Any number of spatial axes.
Array unfold(Array x, PerAxis window, const FoldOptions& options = {});

// The transpose of unfold: columns [N, C * window elements, positions] added into
// [N, C, output_size..].
Array fold(Array x, PerAxis output_size, PerAxis window, const FoldOptions& options = {});

// As recorded: lists have one entry per spatial axis; `shape` holds the spatial sizes.
struct FoldAttributes {
  IntList window, stride, padding_low, padding_high, dilation, shape;
  template <class V>
  void fields(V&& v) {
    v("window", window), v("stride", stride), v("padding_low", padding_low);
    v("padding_high", padding_high), v("dilation", dilation), v("shape", shape);
  }
};

}  // namespace lamina

// Convolution and its two gradients, in any number of spatial axes.
#pragma once

#include "lamina/core/shape.h"

namespace lamina {

class Array;

// x [N, C, spatial..], weight [O, C / groups, kernel..] -> [N, O, spatial..], cross-correlation as in every
// other framework. Lists have one entry per spatial axis.
struct ConvolutionAttributes {
  IntList stride, padding_low, padding_high, dilation;
  int64_t groups = 1;
  template <class V>
  void fields(V&& v) {
    v("stride", stride), v("padding_low", padding_low), v("padding_high", padding_high);
    v("dilation", dilation), v("groups", groups);
  }
};

// The gradients need the shape that cannot be derived from their inputs: of x, or of the weight.
struct ConvolutionGradientAttributes : ConvolutionAttributes {
  IntList shape;
  template <class V>
  void fields(V&& v) {
    ConvolutionAttributes::fields(v), v("shape", shape);
  }
};

}  // namespace lamina

// Convolution and its two gradients, in any number of spatial axes.
#pragma once

#include "lamina/core/array.h"
#include "lamina/ops/window.h"

namespace lamina {

struct ConvOptions {
  PerAxis stride = 1;
  Padding padding = 0;
  PerAxis dilation = 1;
  int64_t groups = 1;
};

// x [N, C, spatial..], weight [O, C / groups, kernel..], bias [O] -> [N, O, spatial..]: cross-
// correlation, as in every other framework. `conv` takes any number of spatial axes, the others
// check it.
Array conv(Array x, Array weight, Array bias, const ConvOptions& options = {});
Array conv(Array x, Array weight, const ConvOptions& options = {});
Array conv1d(Array x, Array weight, Array bias, const ConvOptions& options = {});
Array conv1d(Array x, Array weight, const ConvOptions& options = {});
Array conv2d(Array x, Array weight, Array bias, const ConvOptions& options = {});
Array conv2d(Array x, Array weight, const ConvOptions& options = {});
Array conv3d(Array x, Array weight, Array bias, const ConvOptions& options = {});
Array conv3d(Array x, Array weight, const ConvOptions& options = {});

// The transpose of a convolution as a map of its input: x [N, C, spatial..], weight [C, O / groups,
// kernel..], bias [O] -> [N, O, (size - 1) * stride - padding + reach + output_padding..], where
// reach is (kernel - 1) * dilation + 1. Padding is cut off the result; "same" cuts it to size *
// stride. output_padding lengthens the end of every axis.
struct ConvTransposeOptions {
  PerAxis stride = 1;
  Padding padding = 0;
  PerAxis output_padding = 0;
  PerAxis dilation = 1;
  int64_t groups = 1;
};
Array conv_transpose(Array x, Array weight, Array bias, const ConvTransposeOptions& options = {});
Array conv_transpose(Array x, Array weight, const ConvTransposeOptions& options = {});
Array conv_transpose1d(Array x, Array weight, Array bias, const ConvTransposeOptions& options = {});
Array conv_transpose1d(Array x, Array weight, const ConvTransposeOptions& options = {});
Array conv_transpose2d(Array x, Array weight, Array bias, const ConvTransposeOptions& options = {});
Array conv_transpose2d(Array x, Array weight, const ConvTransposeOptions& options = {});
Array conv_transpose3d(Array x, Array weight, Array bias, const ConvTransposeOptions& options = {});
Array conv_transpose3d(Array x, Array weight, const ConvTransposeOptions& options = {});

// As recorded: lists have one entry per spatial axis.
struct ConvolutionAttributes {
  IntList stride, padding_low, padding_high, dilation;
  int64_t groups = 1;
  template <class V>
  void fields(V&& v) {
    v("stride", stride), v("padding_low", padding_low), v("padding_high", padding_high);
    v("dilation", dilation), v("groups", groups);
  }
};

// The gradients need the spatial sizes that cannot be derived from their inputs: of x, or of the
// weight.
struct ConvolutionGradientAttributes : ConvolutionAttributes {
  IntList shape;
  template <class V>
  void fields(V&& v) {
    ConvolutionAttributes::fields(v), v("shape", shape);
  }
};

// Convolution is linear in x and in the weight; these are its transposes. Each is linear in both
// arguments again, so the gradients of the three are made of the three.
Array convolution_input_gradient(Array cotangent, Array weight, ConvolutionAttributes attributes,
                                 const IntList& input_sizes);
Array convolution_weight_gradient(Array x, Array cotangent, ConvolutionAttributes attributes,
                                  const IntList& kernel_sizes);
Array convolution(Array x, Array weight, Array bias,
                  ConvolutionAttributes attributes);  // bias may be empty

}  // namespace lamina

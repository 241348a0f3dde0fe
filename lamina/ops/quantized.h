// Products of 8-bit integers that stand for real numbers (quantize.h): x = q * x_scale without a
// zero point, weight[o] = w[o] * weight_scale[o]. Sums are exact integers; `scale` [O] is x_scale *
// weight_scale, and brings them to float32. A model is brought to these by quantize(model, data).
#pragma once

#include "lamina/core/array.h"
#include "lamina/ops/convolution.h"

namespace lamina {

// The nearest integer, half to even, cut to the range of int8 or uint8.
Array round_cast(Array x, DType dtype = int8);

// x [.., K] of int8 or uint8, weight [O, K] of int8, scale and bias [O] of one
// floating type -> [.., O] of that type:
// scale[o] * sum over k of x[.., k] * weight[o, k] + bias[o].
Array quantized_linear(Array x, Array weight, Array scale, Array bias = {});

// x [N, C, spatial..] of int8 or uint8, weight [O, C / groups, kernel..] of int8, scale and bias
// [O] of one floating type -> [N, O, spatial..] of that type: the same of a convolution.
Array quantized_conv(Array x, Array weight, Array scale, Array bias = {},
                     const ConvOptions& options = {});

// As recorded.
Array quantized_convolution(Array x, Array weight, Array scale, Array bias,
                            ConvolutionAttributes attributes);

}  // namespace lamina

// conv and its relatives: options as callers write them, brought to the attributes of
// `convolution`.
#include "lamina/base/error.h"
#include "lamina/ops/convolution_rule.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/quantized.h"

namespace lamina {

ConvolutionAttributes convolution_attributes(const char* name, int axes, const Array& x,
                                             const Array& weight, const ConvOptions& options) {
  if (!x || !weight) throw StateError(text(name, ": ", x ? "weight" : "x", " is an empty Array"));
  if (axes == 0) axes = std::max(x.ndim() - 2, 1);
  if (x.ndim() != axes + 2) {
    throw ShapeError(
        text(name, ": expected x [N, C, spatial..] of ", axes + 2, " axes, got ", describe(x)));
  }
  if (weight.ndim() != axes + 2) {
    throw ShapeError(text(name, ": expected a weight [O, C / groups, kernel..] of ", axes + 2,
                          " axes, got ", describe(weight)));
  }
  ConvolutionAttributes attributes;
  attributes.stride = options.stride.for_axes(axes, 1, text(name, ": stride"));
  attributes.dilation = options.dilation.for_axes(axes, 1, text(name, ": dilation"));
  attributes.groups = options.groups;
  IntList reach;
  for (int i = 0; i < axes; ++i) {
    int64_t taps = std::min(weight.shape(i + 2), kMaxWindow);
    reach.push_back((taps - 1) * std::min<int64_t>(attributes.dilation[i], kMaxWindow / 2) + 1);
  }
  Padding::Sides sides = options.padding.for_axes(spatial_sizes(x.shape()), reach,
                                                  attributes.stride, text(name, ": padding"));
  attributes.padding_low = std::move(sides.low);
  attributes.padding_high = std::move(sides.high);
  return attributes;
}

namespace {

// 0 axes: any number.
Array convolve(const char* name, int axes, Array x, Array weight, Array bias,
               const ConvOptions& options) {
  ConvolutionAttributes attributes = convolution_attributes(name, axes, x, weight, options);
  DType dtype = promote(x.dtype(), weight.dtype());
  if (bias) dtype = promote(dtype, bias.dtype());
  if (bias) bias = astype(std::move(bias), dtype);
  return convolution(astype(std::move(x), dtype), astype(std::move(weight), dtype), std::move(bias),
                     std::move(attributes));
}

}  // namespace

#define LAMINA_CONV(function, axes)                                                              \
  Array function(Array x, Array weight, Array bias, const ConvOptions& options) {                \
    return convolve(#function, axes, std::move(x), std::move(weight), std::move(bias), options); \
  }                                                                                              \
  Array function(Array x, Array weight, const ConvOptions& options) {                            \
    return convolve(#function, axes, std::move(x), std::move(weight), {}, options);              \
  }
LAMINA_CONV(conv, 0)
LAMINA_CONV(conv1d, 1)
LAMINA_CONV(conv2d, 2)
LAMINA_CONV(conv3d, 3)
#undef LAMINA_CONV

Array quantized_conv(Array x, Array weight, Array scale, Array bias, const ConvOptions& options) {
  if (!scale) throw StateError("quantized_conv: scale is an empty Array");
  ConvolutionAttributes attributes =
      convolution_attributes("quantized_conv", 0, x, weight, options);
  return quantized_convolution(std::move(x), std::move(weight), std::move(scale), std::move(bias),
                               std::move(attributes));
}

}  // namespace lamina

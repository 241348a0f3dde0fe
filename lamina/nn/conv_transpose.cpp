#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/init.h"
#include "lamina/ops/convolution.h"

namespace lamina::nn {

ConvTransposeLayer::ConvTransposeLayer(const char* kind, int axes, int64_t in_channels,
                                       int64_t out_channels, const PerAxis& kernel_size,
                                       ConvTransposeLayerOptions given)
    : in_channels(in_channels),
      out_channels(out_channels),
      kernel_size(kernel_size.for_axes(axes, 1, text(kind, ": kernel_size"))),
      options(std::move(given)) {
  const int64_t groups = options.groups;
  if (in_channels < 1 || out_channels < 1) {
    throw ValueError(
        text(kind, ": channels must be 1 or more, got ", in_channels, " and ", out_channels));
  }
  if (groups < 1 || in_channels % groups != 0 || out_channels % groups != 0) {
    throw ValueError(text(kind, ": groups must divide the channels: ", in_channels, " -> ",
                          out_channels, " in ", groups, " groups"));
  }
  IntList shape{in_channels, out_channels / groups};
  for (int64_t size : this->kernel_size) shape.push_back(size);
  const double fan_in = init::fans(shape).in;
  weight = parameter("weight", init::layer_weight(shape, options.dtype));
  if (options.bias) bias = parameter("bias", init::layer_bias(out_channels, fan_in, options.dtype));
}

Array ConvTransposeLayer::forward(Array x) {
  const int axes = static_cast<int>(kernel_size.size());
  if (x.ndim() != axes + 2) {
    throw ShapeError(
        text("expected ", axes + 2, " axes [N, ", in_channels, ", spatial..], got ", x.shape()))
        .detail("input", describe_input(x))
        .help("one image still needs a batch axis: expand_dims(x, 0)");
  }
  if (x.shape(1) != in_channels) {
    throw ShapeError(text("expected ", in_channels, " input channels, got ", x.shape(1)))
        .detail("input", describe_input(x))
        .detail("weight", describe(weight))
        .help("channels stand on axis 1: [N, channels, spatial..]");
  }
  Array no_bias;
  return conv_transpose(
      std::move(x), weight, bias ? Array(bias) : no_bias,
      {options.stride, options.padding, options.output_padding, options.dilation, options.groups});
}

std::string ConvTransposeLayer::description() const {
  return text(kind(), " ", in_channels, " -> ", out_channels);
}

std::string ConvTransposeLayer::arguments() const {
  std::string out = text(in_channels, ", ", out_channels, ", kernel_size=", kernel_size);
  if (options.groups != 1) out += text(", groups=", options.groups);
  if (!options.bias) out += ", bias=false";
  return out;
}

}  // namespace lamina::nn

// Options of functions and layers that move a window: a number, one per axis, or a name.
#pragma once

#include "casters.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/convolution.h"
#include "lamina/ops/fold.h"
#include "lamina/ops/pooling.h"
#include "lamina/ops/resize.h"
#include "lamina/ops/window.h"

namespace lamina::python {

PerAxis to_per_axis(nb::handle object, const char* what);
Padding to_padding(nb::handle object, const char* what);  // also "same" and "valid"

inline ConvOptions to_conv_options(nb::handle stride, nb::handle padding, nb::handle dilation,
                                   int64_t groups) {
  return {to_per_axis(stride, "conv: stride"), to_padding(padding, "conv: padding"),
          to_per_axis(dilation, "conv: dilation"), groups};
}

inline PoolOptions to_pool_options(nb::handle stride, nb::handle padding, bool count_padding,
                                   nb::handle dilation, bool ceil_mode, int64_t divisor) {
  PoolOptions options;
  if (!stride.is_none()) options.stride = to_per_axis(stride, "pool: stride");
  options.padding = to_padding(padding, "pool: padding");
  options.count_padding = count_padding;
  options.dilation = to_per_axis(dilation, "pool: dilation");
  options.ceil_mode = ceil_mode;
  options.divisor = divisor;
  return options;
}

inline FractionalPoolOptions to_fractional_options(nb::handle output_size,
                                                   nb::handle output_ratio) {
  FractionalPoolOptions options;
  if (!output_size.is_none()) options.output_size = to_per_axis(output_size, "pool: output_size");
  if (!output_ratio.is_none()) {
    options.output_ratio = to_numbers(output_ratio, "pool: output_ratio");
  }
  return options;
}

inline UnpoolOptions to_unpool_options(nb::handle stride, nb::handle padding,
                                       nb::handle output_size) {
  UnpoolOptions options;
  if (!stride.is_none()) options.stride = to_per_axis(stride, "max_unpool: stride");
  options.padding = to_per_axis(padding, "max_unpool: padding");
  if (!output_size.is_none()) {
    options.output_size = to_per_axis(output_size, "max_unpool: output_size");
  }
  return options;
}

inline FoldOptions to_fold_options(nb::handle dilation, nb::handle padding, nb::handle stride) {
  return {to_per_axis(dilation, "fold: dilation"), to_padding(padding, "fold: padding"),
          to_per_axis(stride, "fold: stride")};
}

// "(1, 2, 8, 8)": a batch with the axes that a name like conv2d says (two when it says none), for
// the examples of docstrings.
std::string sizes(std::string_view name, int channels, int size, int batch = 1);

// size and scale_factor; None is left out.
InterpolateOptions to_interpolate_options(nb::handle size, nb::handle scale_factor);

}  // namespace lamina::python

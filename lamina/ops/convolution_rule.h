// What the three convolution ops share: checks, the number of positions, and the loop over all
// products.
#pragma once

#include <vector>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"
#include "lamina/ops/convolution.h"

namespace lamina {

// Throws unless the lists have one entry per spatial axis and x, weight and groups fit together.
void check_convolution(const Inference& c, const ConvolutionAttributes& attributes, const Shape& x,
                       const Shape& weight);

// Types of all inputs: equal, and numbers.
void check_convolution_types(const Inference& c);

// [N, O, positions..]; throws when the window does not fit.
Shape convolution_shape(const Inference& c, const ConvolutionAttributes& attributes, const Shape& x,
                        const Shape& weight);

// Options as callers write them, as a call records them; checks that x and weight have the axes of
// a convolution in so many axes, 0: in any number.
ConvolutionAttributes convolution_attributes(const char* name, int axes, const Array& x,
                                             const Array& weight, const ConvOptions& options);

double convolution_flops(const Shape& weight, const Shape& y);

// Calls f(x, w, y) with row-major numbers of elements for every product x * w that is a part of y.
template <class F>
void each_product(const ConvolutionAttributes& a, const Shape& x, const Shape& weight,
                  const Shape& y, F&& f) {
  const int axes = x.rank() - 2;
  int64_t points = 1, taps = 1, positions = 1;
  for (int i = 0; i < axes; ++i) points *= x[i + 2], taps *= weight[i + 2], positions *= y[i + 2];
  const int64_t outputs = weight[0] / a.groups, inputs = weight[1];

  // The point of x under a tap of the window at a position; -1 in the padding.
  auto point_of = [&](int64_t position, int64_t tap) {
    int64_t point = 0, step = 1;
    for (int i = axes; i-- > 0;) {
      const int64_t at = position % y[i + 2] * a.stride[i] + tap % weight[i + 2] * a.dilation[i] -
                         a.padding_low[i];
      if (at < 0 || at >= x[i + 2]) return int64_t{-1};
      point += at * step;
      step *= x[i + 2], position /= y[i + 2], tap /= weight[i + 2];
    }
    return point;
  };

  for (int64_t position = 0; position < positions; ++position) {
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t point = point_of(position, tap);
      if (point < 0) continue;
      for (int64_t n = 0; n < x[0]; ++n) {
        for (int64_t o = 0; o < weight[0]; ++o) {
          for (int64_t c = 0; c < inputs; ++c) {
            const int64_t channel = o / outputs * inputs + c;
            f((n * x[1] + channel) * points + point, (o * inputs + c) * taps + tap,
              (n * weight[0] + o) * positions + position);
          }
        }
      }
    }
  }
}

}  // namespace lamina

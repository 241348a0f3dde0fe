// Normalisation by moments.
#pragma once

#include "lamina/core/array.h"
#include "lamina/core/shape.h"

namespace lamina {

// Mean and variance (divided by the count) of x [N, C, ..] over all axes but channels: [C] each.
struct Moments {
  Array mean, var;
};
Moments channel_moments(Array x);

// (x - center) * scale + shift with one entry of each per channel: x [N, C, ..], the others [C].
Array scale_shift(Array x, Array center, Array scale, Array shift);

// (x - mean) / sqrt(var + epsilon) * weight + bias per channel, for given moments: inference, or
// training with the moments of x. weight and bias may be empty Arrays: 1 and 0.
Array batch_norm(Array x, Moments moments, Array weight, Array bias, Array epsilon = 1e-5);

// Normalised over the last axes, as many as weight has, or over `axes` of them when it is empty.
Array layer_norm(Array x, Array weight, Array bias, Array epsilon = 1e-5, int axes = 1);

// x [N, C, ..] normalised over groups of C / groups channels each, then scaled per channel.
Array group_norm(Array x, int64_t groups, Array weight = {}, Array bias = {},
                 Array epsilon = 1e-5);

// x [N, C, ..] normalised over its spatial axes: each channel of each entry by itself.
Array instance_norm(Array x, Array weight = {}, Array bias = {}, Array epsilon = 1e-5);

// x / sqrt(mean(x^2) + epsilon) over the last axes, as many as weight has, or `axes` of them.
Array rms_norm(Array x, Array weight = {}, Array epsilon = 1e-6, int axes = 1);

// x [N, C, ..] / (k + alpha * mean of squares over `size` neighbouring channels)^beta.
struct LocalResponseNormOptions {
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1;
};
Array local_response_norm(Array x, int64_t size, LocalResponseNormOptions options = {});

}  // namespace lamina

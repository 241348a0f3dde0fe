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

}  // namespace lamina

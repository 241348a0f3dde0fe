// Sums of weighted entries: what resizing, adaptive averages and sampling at points are made of.
//
// All three ops are one form, linear in each of x, w and g,
//   T(x, w, g) = sum over b, c, p, k, i of  x[b, c, indices[b, p, k], i] w[b, p, k] g[b, c, p, i]
// with one of the three left out. So the gradients of each are the other two, to any order. A
// negative index stands for nothing: its term is 0, whatever the weight.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// x [B, C, S, I], indices and weights [B, P, K] -> [B, C, P, I].
Array weighted_take(Array x, Array indices, Array weights);

// cotangent [B, C, P, I], indices and weights [B, P, K] -> [B, C, size, I].
Array weighted_scatter(Array cotangent, Array indices, Array weights, int64_t size);

// x [B, C, S, I], indices [B, P, K], cotangent [B, C, P, I] -> [B, P, K].
Array weighted_products(Array x, Array indices, Array cotangent);

}  // namespace lamina

// Internal: the ratio of two norms by which LAMB and LARS scale a layer's step.
#pragma once

#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::optim {

inline Array norm(const Array& x) { return sqrt(sum(square(x))); }

// weights / direction; `one` where either is 0.
inline Array trust_ratio(Array weights, Array direction, Array one) {
  Array known = logical_and(weights > 0.0, direction > 0.0);
  return where(std::move(known), std::move(weights) / std::move(direction), std::move(one));
}

}  // namespace lamina::optim

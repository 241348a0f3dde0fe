// Maxima by way of their positions.
#pragma once

#include <vector>

#include "lamina/ops/adaptive.h"

namespace lamina {

WindowBounds bounds_of(const std::vector<int64_t>& start, const std::vector<int64_t>& stop);

// The maxima of x's windows and where they stand. The gradient follows the positions.
PooledMaxima maxima_in(Array x, const std::vector<WindowBounds>& bounds, IntList dilation);

}  // namespace lamina

// Axes of arrays [N, C, ..].
#pragma once

#include "lamina/op/reduction.h"
#include "lamina/ops/movement.h"

namespace lamina {

inline IntList all_but_channels(int rank) {
  IntList axes;
  for (int axis = 0; axis < rank; ++axis) {
    if (axis != 1) axes.push_back(axis);
  }
  return axes;
}

// [C] as [1, C, 1, ..].
inline Array per_channel(Array x, int rank) {
  return expand_dims(std::move(x), all_but_channels(rank));
}

}  // namespace lamina

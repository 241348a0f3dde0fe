// Running extremes along an axis, and the running logarithm of a sum of exponentials.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// The greatest (least) value up to each place, and where it stands (int64): the last of equal ones,
// as in PyTorch; NaN from the first NaN on.
struct RunningExtreme {
  Array values, indices;
};
RunningExtreme cummax(Array x, int axis = -1);
RunningExtreme cummin(Array x, int axis = -1);

// log of the sum of e^x up to each place; float.
Array logcumsumexp(Array x, int axis = -1);

}  // namespace lamina

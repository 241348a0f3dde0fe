// Whole numbers in order, as an op: compositions may make them of numbers alone, without an array
// that holds them.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// start, start + 1, .. : int64 [size].
Array iota(int64_t size, Array start = 0);

}  // namespace lamina

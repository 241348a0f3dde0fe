// Where elements are, and how many. The number of results of nonzero depends on the values: it
// evaluates its argument when it is called.
#pragma once

#include <vector>

#include "lamina/core/array.h"
#include "lamina/op/reduction.h"

namespace lamina {

// The places of the elements that are not 0, row by row: one int64 array for each axis.
std::vector<Array> nonzero(const Array& x);
Array count_nonzero(Array x, ReduceOptions options = {});  // int64

}  // namespace lamina

// Products of matrices.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// NumPy's `@`: the last two axes are matrices [.., M, K] @ [.., K, N] -> [.., M, N], those before
// them broadcast. A vector counts as one row (a) or one column (b), and its axis is left out of the
// result. Sums of 16-bit floats run in float32, those of integers wrap around in their own type.
Array matmul(Array a, Array b);

// The sum of products along one axis of each; the other axes broadcast. Negative axes count from
// each array's end.
Array vecdot(Array x, Array y, int axis = -1);

// The sum of products over the last `axes` axes of x and the first of y; or over the listed axes,
// in pairs.
Array tensordot(Array x, Array y, int axes = 2);
Array tensordot(Array x, Array y, IntList x_axes, IntList y_axes);

}  // namespace lamina

// Products of matrices.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// NumPy's `@`: the last two axes are matrices [.., M, K] @ [.., K, N] -> [.., M, N], those before
// them broadcast. A vector counts as one row (a) or one column (b), and its axis is left out of the
// result. Sums of 16-bit floats run in float32, those of integers wrap around in their own type.
Array matmul(Array a, Array b);

}  // namespace lamina

// Products of matrices.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// NumPy's `@`: the last two axes are matrices [.., M, K] @ [.., K, N] -> [.., M, N], those before
// them broadcast. A vector counts as one row (a) or one column (b), and its axis is left out of the
// result. Sums of 16-bit floats run in float32, those of integers wrap around in their own type.
Array matmul(Array a, Array b);

// x [.., in] @ weight [out, in]^T + bias [out] -> [.., out].
Array linear(Array x, Array weight, Array bias = {});

// x1 [.., I], x2 [.., J], weight [out, I, J], bias [out] -> [.., out]: x1^T weight[o] x2 + bias[o].
Array bilinear(Array x1, Array x2, Array weight, Array bias = {});

}  // namespace lamina

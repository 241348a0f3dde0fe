// Element-wise functions. Arguments broadcast and are promoted as the array API standard says;
// numbers take the type of the arrays they meet. Those marked "float" turn integers into float32
// first.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// Arithmetic.
Array add(Array x, Array y);
Array subtract(Array x, Array y);
Array multiply(Array x, Array y);
Array divide(Array x, Array y);        // float
Array floor_divide(Array x, Array y);  // rounds to minus infinity
Array remainder(Array x, Array y);     // with the divisor's sign
Array power(Array x, Array y);
Array minimum(Array x, Array y);
Array maximum(Array x, Array y);
Array negative(Array x);
Array absolute(Array x);
Array sign(Array x);
Array square(Array x);
Array reciprocal(Array x);  // float
Array clip(Array x, Array low, Array high);

// Rounding.
Array floor(Array x);
Array ceil(Array x);
Array round(Array x);  // half to even

// Exponentials and roots: float.
Array exp(Array x);
Array expm1(Array x);
Array log(Array x);
Array log1p(Array x);
Array log2(Array x);
Array sqrt(Array x);
Array rsqrt(Array x);

// Trigonometry and special functions: float.
Array sin(Array x);
Array cos(Array x);
Array tan(Array x);
Array tanh(Array x);
Array erf(Array x);

// Activations: float, relu apart.
Array relu(Array x);
Array sigmoid(Array x);
Array softplus(Array x);
Array leaky_relu(Array x, Array slope = 0.01);
Array elu(Array x, Array alpha = 1.0);
Array silu(Array x);
Array gelu(Array x);

// Comparison: bool.
Array equal(Array x, Array y);
Array not_equal(Array x, Array y);
Array less(Array x, Array y);
Array less_equal(Array x, Array y);
Array greater(Array x, Array y);
Array greater_equal(Array x, Array y);
Array isnan(Array x);
Array isfinite(Array x);
Array isinf(Array x);

// Logic: bool.
Array logical_and(Array x, Array y);
Array logical_or(Array x, Array y);
Array logical_xor(Array x, Array y);
Array logical_not(Array x);

// condition ? x : y, element by element.
Array where(Array condition, Array x, Array y);

// The values as another element type; x itself when it has the type.
Array astype(Array x, DType dtype);

}  // namespace lamina

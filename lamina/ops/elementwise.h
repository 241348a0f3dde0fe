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
inline Array pow(Array x, Array y) { return power(std::move(x), std::move(y)); }
Array minimum(Array x, Array y);
Array maximum(Array x, Array y);
Array negative(Array x);
Array positive(Array x);  // x itself; bool is refused
Array absolute(Array x);
inline Array abs(Array x) { return absolute(std::move(x)); }
Array sign(Array x);
Array signbit(Array x);             // bool; also of -0 and NaN
Array copysign(Array x, Array y);   // float; |x| with the sign of y
Array nextafter(Array x, Array y);  // float; the next value of the type from x towards y
Array square(Array x);
Array reciprocal(Array x);                            // float
Array hypot(Array x, Array y);                        // float; sqrt(x^2 + y^2) without overflow
Array clip(Array x, Array min = {}, Array max = {});  // an empty Array is no limit

// Rounding.
Array floor(Array x);
Array ceil(Array x);
Array round(Array x);  // half to even
Array trunc(Array x);  // towards 0

// Exponentials and roots: float.
Array exp(Array x);
Array expm1(Array x);
Array log(Array x);
Array log1p(Array x);
Array log2(Array x);
Array log10(Array x);
Array logaddexp(Array x, Array y);  // log(e^x + e^y)
Array sqrt(Array x);
Array rsqrt(Array x);

// Trigonometry and special functions: float.
Array sin(Array x);
Array cos(Array x);
Array tan(Array x);
Array asin(Array x);
Array acos(Array x);
Array atan(Array x);
Array atan2(Array y, Array x);  // the angle of the point (x, y)
Array sinh(Array x);
Array cosh(Array x);
Array tanh(Array x);
Array asinh(Array x);
Array acosh(Array x);
Array atanh(Array x);
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

// Parts of complex numbers, which no element type is yet: x, zeros and x.
Array real(Array x);
Array imag(Array x);
Array conj(Array x);

// The values as another element type; x itself when it has the type.
Array astype(Array x, DType dtype);

}  // namespace lamina

// Special functions, and element-wise ones that are met more seldom than those of
// ops/elementwise.h. Arguments broadcast; "float" turns integers into float32 first.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// Error, gamma and Bessel functions: float.
Array erfc(Array x);    // 1 - erf(x)
Array erfinv(Array y);  // NaN outside of -1 .. 1
Array lgamma(Array x);  // log |Gamma(x)|
Array digamma(Array x);
Array polygamma(int64_t order, Array x);  // the order-th derivative of digamma; x > 0 from order 2 on
Array i0(Array x);                        // modified Bessel functions of the first kind
Array i1(Array x);
Array sinc(Array x);                     // sin(pi x) / (pi x)
Array logit(Array x, double eps = 0);    // log(x / (1 - x)), x kept from eps to 1 - eps
Array xlogy(Array x, Array y);           // x log(y); 0 where x is 0

// Powers: float.
Array exp2(Array x);
Array logaddexp2(Array x, Array y);  // log2(2^x + 2^y)
Array cbrt(Array x);
Array float_power(Array x, Array y);  // power of floating-point numbers
Array ldexp(Array x, Array exponent);  // x 2^exponent
struct Frexp {
  Array mantissa, exponent;  // 0.5 <= |mantissa| < 1; exponent int32
};
Frexp frexp(Array x);  // x = mantissa 2^exponent; 0, infinity and NaN with exponent 0

// Parts and remainders.
Array fmod(Array x, Array y);  // with the sign of x
struct Divmod {
  Array quotient, remainder;
};
Divmod divmod(Array x, Array y);  // floor_divide and remainder
struct Modf {
  Array fraction, whole;
};
Modf modf(Array x);  // float; both with the sign of x

// Greatest common divisors and least common multiples of integers; not negative, 0 with 0 gives 0.
Array gcd(Array x, Array y);
Array lcm(Array x, Array y);

// Choices.
Array fmax(Array x, Array y);  // NaN only where both are
Array fmin(Array x, Array y);
Array heaviside(Array x, Array value);  // 0, value at 0, 1
Array lerp(Array start, Array end, Array weight);  // start + weight (end - start)
Array nan_to_num(Array x, Array nan = 0.0, Array posinf = {}, Array neginf = {});

// Angles: float.
Array deg2rad(Array x);
Array rad2deg(Array x);

// Comparison.
Array isposinf(Array x);
Array isneginf(Array x);
struct CloseOptions {
  double rtol = 1e-5;
  double atol = 1e-8;
  bool equal_nan = false;
};
Array isclose(Array a, Array b, CloseOptions options = {});   // |a - b| <= atol + rtol |b|
Array allclose(Array a, Array b, CloseOptions options = {});  // of all elements: one bool
Array array_equal(Array a, Array b);  // false, not an error, where shapes differ

// softplus(beta x) / beta, and x itself where beta x > threshold.
Array softplus(Array x, Array beta, Array threshold = 20.0);

}  // namespace lamina

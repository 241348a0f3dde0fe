// Series and functions that formulas of several ops share. They take a Real or an Expr, like the
// formulas themselves (op/scalar.h). Coefficients come from interpolation at Chebyshev points with
// 60 digits; highest power first.
#pragma once

#include <cstddef>
#include <limits>

#include "lamina/op/scalar.h"

namespace lamina {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kPi = 3.14159265358979323846;

// Whether a formula is computed in float32, where shorter series do.
inline bool is_single(const Expr& x) { return x.type() == ScalarType::F32; }
inline bool is_single(const Real&) { return false; }

template <class T, size_t kCount>
T series(const T& x, const double (&coefficients)[kCount]) {
  T y = x * coefficients[0] + coefficients[1];
  for (size_t k = 2; k < kCount; ++k) y = y * x + coefficients[k];
  return y;
}

// 1 - erf(x) for x >= 0: e^-x^2 t P(2 t - 1) with t = 2 / (2 + x), right to 2^-52. With h, which is
// x in sixteenths, e^-x^2 is e^-h^2 e^-((x - h) (x + h)): h^2 is exact, so its rounding error is not
// raised to a power.
template <class T>
T upper_erfc(const T& x) {
  static constexpr double kTerms[] = {
      -3.3888695546308688491e-10, 1.2051665995883636701e-9,   1.22845363501865661e-9,
      -9.744756625932257797e-9,   6.3538646695051392166e-9,   2.9041985444209085665e-8,
      -5.7601466971756245011e-8,  -1.6982724012935666188e-9,  1.6491163111184632914e-7,
      -2.8554818238341171664e-7,  -3.0587196456747097464e-9,  1.0009185862654101138e-6,
      -1.8208078384029821516e-6,  -5.6281669351929246327e-7,  8.0600404910281462479e-6,
      -0.000010848057268891095768, -0.000017074336530735700106, 0.000072235350614385433482,
      -0.000017185737594548939107, -0.00033153674761946044252, 0.0004186480332964868087,
      0.0015453060290576436895,   -0.0032395925339865131725,  -0.010755330944716363879,
      0.018221115753442496732,    0.13973604627802689131,     0.34358034220690527304,
      0.5107913526210114891};
  const T m = min(x, T(30));
  const T h = floor(m * 16.0) * 0.0625;
  const T power = exp(-(h * h)) * exp(-((m - h) * (m + h)));
  const T t = 2.0 / (m + 2.0);
  return power * t * series(t * 2.0 - 1.0, kTerms);
}

// x - round(x), by which functions of period 1 are computed.
template <class T>
T from_whole(const T& x) {
  return x - round(x);
}

}  // namespace lamina

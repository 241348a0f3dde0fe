// erfinv(y): the x for which erf(x) = y. Rational approximations right to 4 digits (those of PyTorch's
// calc_erfinv), and two steps of Halley's method. Towards 1 they look at erfc(x) - (1 - |y|), which
// keeps the digits that erf(x) - y loses.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

struct Erfinv : Elementwise<1> {
  static constexpr auto name = "erfinv";
  static constexpr const char* inputs[] = {"y"};
  static constexpr auto formula = [](auto y) {
    static constexpr double kTop[] = {-0.140543331, 0.914624893, -1.645349621, 0.886226899};
    static constexpr double kBottom[] = {0.012229801, -0.329097515, 1.442710462, -2.118377725, 1};
    static constexpr double kFarTop[] = {1.641345311, 3.429567803, -1.624906493, -1.970840454};
    static constexpr double kFarBottom[] = {1.637067800, 3.543889200, 1};
    const auto m = abs(y), rest = 1.0 - m, s = m * m;
    const auto inner = m <= 0.7;
    const auto z = sqrt(-log(rest * 0.5));
    auto x = where(inner, m * series(s, kTop) / series(s, kBottom),
                   series(z, kFarTop) / series(z, kFarBottom));
    for (int step = 0; step < 2; ++step) {
      const auto off = where(inner, erf(x) - m, rest - upper_erfc(x));
      const auto u = off / (1.1283791670955125739 * exp(-(x * x)));
      x = x - u / (1.0 + x * u);
    }
    x = where(m == 1.0, kInfinity, where(m < 1.0, x, kNotANumber));
    return copysign(x, y);
  };
  static void gradient(Context& c) {
    constexpr double kHalfSqrtPi = 0.88622692545275801365;
    c.give(0, kHalfSqrtPi * c.cotangent() * exp(square(c.output())));
  }
  static void samples(Samples& s) { s.floats().range(-0.9, 0.9).near(0).empty(); }
  static constexpr auto doc =
      "The inverse of erf: NaN outside of -1 .. 1.\n"
      ">>> lm.erfinv(lm.array([0.0, 0.5, 1.0]))\n[0, 0.476936, inf]";
};
LAMINA_OP(Erfinv)

}  // namespace lamina

// digamma(x), the derivative of log Gamma(x): its asymptotic series, at x + 10 where x < 10, less 1 /
// x + .. + 1 / (x + 9), which are added in pairs; below 0.5 digamma(1 - x) - pi / tan(pi x). NaN at -1,
// -2, ..; digits are lost around the zero at 1.4616, where large terms cancel.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

struct Digamma : Elementwise<1> {
  static constexpr auto name = "digamma";
  static constexpr auto formula = [](auto x) {
    static constexpr double kTerms[] = {-3617.0 / 8160, 1.0 / 12,   -691.0 / 32760, 1.0 / 132,
                                        -1.0 / 240,     1.0 / 252, -1.0 / 120,     1.0 / 12};
    const auto reflected = x < 0.5;
    const auto z = where(reflected, 1.0 - x, x);
    const auto small = z < 10.0;
    const auto w = where(small, z + 10.0, z), inverse = 1.0 / w, s = inverse * inverse;
    const auto p = z * (z + 9.0);
    const auto pairs = 1.0 / p + 1.0 / (p + 8.0) + 1.0 / (p + 14.0) + 1.0 / (p + 18.0) +
                       1.0 / (p + 20.0);
    const auto upper = log(w) - 0.5 * inverse - s * series(s, kTerms) -
                       where(small, (z * 2.0 + 9.0) * pairs, 0.0);
    const auto off = from_whole(x);
    const auto pole = where(x == 0.0, copysign(where(x == x, kInfinity, x), -x), kNotANumber);
    const auto mirror = where(off == 0.0, pole, upper - kPi / tan(kPi * off));
    return where(reflected, where(x == -kInfinity, kNotANumber, mirror), upper);
  };
  static void gradient(Context& c) { c.give(0, c.cotangent() * polygamma(1, c.input(0))); }
  static void samples(Samples& s) { s.floats().range(0.1, 4).near(1).near(2).empty(); }
  static constexpr auto doc =
      "The derivative of lgamma.\n>>> lm.digamma(lm.array([1.0, 2.0]))\n[-0.577216, 0.422784]";
};
LAMINA_OP(Digamma)

}  // namespace lamina

// sinc(x) = sin(pi x) / (pi x), 1 at 0; NumPy's, with pi. The sine is that of the distance from the
// nearest whole number, so that sinc is exactly 0 at whole numbers.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

struct Sinc : Elementwise<1> {
  static constexpr auto name = "sinc";
  static constexpr auto formula = [](auto x) {
    const auto whole = round(x), odd = whole - 2.0 * floor(whole * 0.5);
    const auto sine = sin(kPi * (x - whole)) * (1.0 - 2.0 * odd);
    const auto y = sine / (kPi * where(x == 0.0, 1.0, x)) + 0.0;  // no -0
    return where(x == 0.0, 1.0, where(abs(x) == kInfinity, 0.0, y));
  };
  // (cos(pi x) - sinc(x)) / x; where it cancels, the first terms of its series.
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    const Array small = absolute(x) < 1e-3, safe = where(small, 1.0, x);
    const Array slope = (cos(kPi * safe) - sinc(safe)) / safe;
    constexpr double kSquare = kPi * kPi;
    const Array series = x * (-kSquare / 3 + square(x) * (kSquare * kSquare / 30));
    c.give(0, c.cotangent() * where(small, series, slope));
  }
  static void samples(Samples& s) { s.floats().range(0.1, 3).near(0).near(1).empty(); }
  static constexpr auto doc =
      "sin(pi x) / (pi x), 1 at 0.\n>>> lm.sinc(lm.array([0.0, 0.5, 1.0]))\n[1, 0.63662, 0]";
};
LAMINA_OP(Sinc)

}  // namespace lamina

// erfc(x) = 1 - erf(x), without the cancellation of that for large x: upper_erfc(x) for x >= 0, and
// 2 - upper_erfc(-x) below.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

struct Erfc : Elementwise<1> {
  static constexpr auto name = "erfc";
  static constexpr auto formula = [](auto x) {
    const auto upper = upper_erfc(abs(x));
    return where(x < 0, 2.0 - upper, upper);
  };
  static void gradient(Context& c) {
    constexpr double kTwoBySqrtPi = 1.1283791670955125739;
    c.give(0, -kTwoBySqrtPi * c.cotangent() * exp(-square(c.input(0))));
  }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc =
      "1 - erf(x), exact for large x too.\n>>> lm.erfc(lm.array([0.0, 3.0]))\n[1, 2.20905e-05]";
};
LAMINA_OP(Erfc)

}  // namespace lamina

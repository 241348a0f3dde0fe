// erf(x), the error function: 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Erf : Elementwise<1> {
  static constexpr auto name = "erf";
  static constexpr auto formula = [](auto x) { return erf(x); };
  static void gradient(Context& c) {
    constexpr double kTwoBySqrtPi = 1.1283791670955125739;
    c.give(0, kTwoBySqrtPi * c.cotangent() * exp(-square(c.input(0))));
  }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc = "Error function.\n>>> lm.erf(lm.array([0.0, 1.0]))\n[0, 0.842701]";
};
LAMINA_OP(Erf)

}  // namespace lamina

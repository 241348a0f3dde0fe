// heaviside(x, value): 0 for x < 0, 1 for x > 0, `value` at 0; NaN stays.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina {

struct Heaviside : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "heaviside";
  static constexpr const char* inputs[] = {"x", "value"};
  static constexpr auto formula = [](auto x, auto value) {
    return where(x == 0, value, where(x < 0, 0, where(x > 0, 1, x)));
  };
  static void gradient(Context& c) {
    const Array at = c.input(0) == 0;
    if (c.wants(0)) c.give(0, c.cotangent() * 0.0);
    if (c.wants(1)) c.give(1, where(at, c.cotangent(), 0.0));
  }
  static void samples(Samples& s) { s.numbers().near(0).smooth_except(0).empty(); }
  static constexpr auto doc =
      "The unit step: 0 below 0, 1 above, `value` at 0.\n"
      ">>> lm.heaviside(lm.array([-2.0, 0.0, 3.0]), 0.5)\n[0, 0.5, 1]";
};
LAMINA_OP(Heaviside)

}  // namespace lamina

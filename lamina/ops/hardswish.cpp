// hardswish(x) = x hardsigmoid(x) (Howard et al. 2019), also called hard_silu. The derivative is 0
// at -3 and 1 at 3.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Hardswish : Elementwise<1> {
  static constexpr auto name = "hardswish";
  static constexpr auto formula = [](auto x) { return x * min(max(x + 3.0, 0), 6) / 6.0; };
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    Array between = c.cotangent() * (x * (1.0 / 3) + 0.5);
    c.give(0, where(x <= -3.0, 0.0, where(x < 3.0, between, c.cotangent())));
  }
  static void samples(Samples& s) {
    s.floats().range(-5, 5).near(-3).near(3).smooth_except(-3).smooth_except(3).large(100).empty();
  }
  static constexpr auto doc =
      "x times hardsigmoid(x): silu made of straight lines.\n"
      ">>> lm.hardswish(lm.array([-1.0, 1.0, 5.0]))\n[-0.333333, 0.666667, 5]";
};
LAMINA_OP(Hardswish)

}  // namespace lamina

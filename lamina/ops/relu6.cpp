// relu6(x) = min(max(x, 0), 6): relu that stays in range where numbers are narrow (Krizhevsky
// 2010). The derivative at 0 and 6 is 0.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Relu6 : Elementwise<1> {
  static constexpr auto name = "relu6";
  static constexpr auto formula = [](auto x) { return min(max(x, 0), 6); };
  static void gradient(Context& c) {
    Array inside = logical_and(c.input(0) > 0.0, c.input(0) < 6.0);
    c.give(0, where(inside, c.cotangent(), 0.0));
  }
  static void samples(Samples& s) {
    s.floats().range(-2, 8).near(0).near(6).smooth_except(0).smooth_except(6).large(1e4).empty();
  }
  static constexpr auto doc =
      "Rectified linear unit that stops at 6.\n>>> lm.relu6(lm.array([-1.0, 2.0, 8.0]))\n[0, 2, 6]";
};
LAMINA_OP(Relu6)

}  // namespace lamina

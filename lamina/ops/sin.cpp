// sin(x), x in radians.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Sin : Elementwise<1> {
  static constexpr auto name = "sin";
  static constexpr auto formula = [](auto x) { return sin(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * cos(c.input(0))); }
  static void samples(Samples& s) { s.floats().large(1e4).empty(); }
  static constexpr auto doc =
      "Sine of an angle in radians.\n>>> lm.sin(lm.array([0.0, 1.0]))\n[0, 0.841471]";
};
LAMINA_OP(Sin)

}  // namespace lamina

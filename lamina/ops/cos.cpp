// cos(x), x in radians.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Cos : Elementwise<1> {
  static constexpr auto name = "cos";
  static constexpr auto formula = [](auto x) { return cos(x); };
  static void gradient(Context& c) { c.give(0, -c.cotangent() * sin(c.input(0))); }
  static void samples(Samples& s) { s.floats().large(1e4).empty(); }
  static constexpr auto doc =
      "Cosine of an angle in radians.\n>>> lm.cos(lm.array([0.0, 1.0]))\n[1, 0.540302]";
};
LAMINA_OP(Cos)

}  // namespace lamina

// tan(x), x in radians.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Tan : Elementwise<1> {
  static constexpr auto name = "tan";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return tan(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * (1.0 + square(c.output()))); }
  static void samples(Samples& s) { s.floats().range(-1.2, 1.2).empty(); }
  static constexpr auto doc =
      "Tangent of an angle in radians.\n>>> lm.tan(lm.array([0.0, 1.0]))\n[0, 1.55741]";
};
LAMINA_OP(Tan)

}  // namespace lamina

// atan(x), in [-pi/2, pi/2].
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Atan : Elementwise<1> {
  static constexpr auto name = "atan";
  static constexpr auto formula = [](auto x) { return atan(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() / (1.0 + square(c.input(0)))); }
  static void samples(Samples& s) { s.floats().large(1e4).empty(); }
  static constexpr auto doc =
      "Arc tangent, in radians.\n"
      ">>> lm.atan(lm.array([0.0, 1.0]))\n"
      "[0, 0.785398]";
};
LAMINA_OP(Atan)

}  // namespace lamina

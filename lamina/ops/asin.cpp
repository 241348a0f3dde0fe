// asin(x), in [-pi/2, pi/2]; NaN outside [-1, 1]. The derivative is 1 / sqrt((1 - x)(1 + x)), which
// keeps its digits near 1.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Asin : Elementwise<1> {
  static constexpr auto name = "asin";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return asin(x); };
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    c.give(0, c.cotangent() * rsqrt((1.0 - x) * (1.0 + x)));
  }
  static void samples(Samples& s) { s.floats().range(-0.9, 0.9).empty(); }
  static constexpr auto doc =
      "Arc sine, in radians.\n"
      ">>> lm.asin(lm.array([0.0, 1.0]))\n"
      "[0, 1.5708]";
};
LAMINA_OP(Asin)

}  // namespace lamina

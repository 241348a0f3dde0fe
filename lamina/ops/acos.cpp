// acos(x), in [0, pi]; NaN outside [-1, 1].
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Acos : Elementwise<1> {
  static constexpr auto name = "acos";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return acos(x); };
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    c.give(0, -c.cotangent() * rsqrt((1.0 - x) * (1.0 + x)));
  }
  static void samples(Samples& s) { s.floats().range(-0.9, 0.9).empty(); }
  static constexpr auto doc =
      "Arc cosine, in radians.\n"
      ">>> lm.acos(lm.array([1.0, 0.0]))\n"
      "[0, 1.5708]";
};
LAMINA_OP(Acos)

}  // namespace lamina

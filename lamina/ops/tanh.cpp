// tanh(x), the hyperbolic tangent: -1 and 1 at the ends.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Tanh : Elementwise<1> {
  static constexpr auto name = "tanh";
  static constexpr auto formula = [](auto x) { return tanh(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * (1.0 - square(c.output()))); }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc =
      "Hyperbolic tangent.\n>>> lm.tanh(lm.array([0.0, 1.0]))\n[0, 0.761594]";
};
LAMINA_OP(Tanh)

}  // namespace lamina

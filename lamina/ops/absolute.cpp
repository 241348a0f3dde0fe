// absolute(x) = |x|; its derivative at 0 is taken as 0. The smallest integer of a type wraps to
// itself.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Absolute : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "absolute";
  static constexpr auto formula = [](auto x) { return abs(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * sign(c.input(0))); }
  static void samples(Samples& s) { s.numbers().near(0).smooth_except(0).large(1e4).empty(); }
  static constexpr auto doc = "Absolute value.\n>>> lm.absolute(lm.array([-1.5, 2.0]))\n[1.5, 2]";
};
LAMINA_OP(Absolute)

}  // namespace lamina

// hypot(x, y) = sqrt(x^2 + y^2), without overflow on the way; infinite if either is infinite.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Hypot : Elementwise<2> {
  static constexpr auto name = "hypot";
  static constexpr auto formula = [](auto x, auto y) { return hypot(x, y); };
  static void gradient(Context& c) {
    for (int i = 0; i < 2; ++i) {
      if (c.wants(i)) c.give(i, c.cotangent() * c.input(i) / c.output());
    }
  }
  static void samples(Samples& s) { s.floats().range(0.2, 2).large(1e4).empty(); }
  static constexpr auto doc =
      "The length of the vector (x, y).\n"
      ">>> lm.hypot(lm.array([3.0]), lm.array([4.0]))\n"
      "[5]";
};
LAMINA_OP(Hypot)

}  // namespace lamina

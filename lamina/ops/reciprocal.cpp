// reciprocal(x) = 1 / x; 1 / 0 is infinity.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Reciprocal : Elementwise<1> {
  static constexpr auto name = "reciprocal";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return 1.0 / x; };
  static void gradient(Context& c) { c.give(0, -c.cotangent() * square(c.output())); }
  static void samples(Samples& s) { s.floats().integers().range(0.5, 3).large(1e4).empty(); }
  static constexpr auto doc =
      "One divided by each element.\n>>> lm.reciprocal(lm.array([2.0, -4.0]))\n[0.5, -0.25]";
};
LAMINA_OP(Reciprocal)

}  // namespace lamina

// sqrt(x), the square root: NaN below 0. Its derivative at 0 is infinite.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Sqrt : Elementwise<1> {
  static constexpr auto name = "sqrt";
  static constexpr auto formula = [](auto x) { return sqrt(x); };
  static void gradient(Context& c) { c.give(0, 0.5 * c.cotangent() / c.output()); }
  static void samples(Samples& s) { s.floats().positive().empty(); }
  static constexpr auto doc = "Square root.\n>>> lm.sqrt(lm.array([4.0, 2.0]))\n[2, 1.41421]";
};
LAMINA_OP(Sqrt)

}  // namespace lamina

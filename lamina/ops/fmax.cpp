// fmax(x, y): the larger value; where one is NaN the other one (IEEE 754 maximumNumber). Equal operands
// share the cotangent, as those of maximum do.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina {

struct Fmax : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "fmax";
  static constexpr auto formula = [](auto x, auto y) {
    return where(x != x, y, where(y != y, x, max(x, y)));
  };
  static void gradient(Context& c) {
    for (int i = 0; i < 2; ++i) {
      if (!c.wants(i)) continue;
      const Array &own = c.input(i), &other = c.input(1 - i);
      const Array taken = logical_or(own > other, other != other);
      c.give(i, where(own == other, 0.5 * c.cotangent(), where(taken, c.cotangent(), 0.0)));
    }
  }
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "The larger of two values; NaN only where both are.\n"
      ">>> lm.fmax(lm.array([1.0, float(\"nan\")]), 2.0)\n[2, 2]";
};
LAMINA_OP(Fmax)

}  // namespace lamina

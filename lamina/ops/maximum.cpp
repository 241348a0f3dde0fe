// maximum(x, y): the larger of the two; NaN if either is NaN. Equal operands share the cotangent,
// which keeps the gradient symmetric (as JAX and PyTorch do).
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Maximum : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "maximum";
  static constexpr auto formula = [](auto x, auto y) { return max(x, y); };
  static void gradient(Context& c) {
    for (int i = 0; i < 2; ++i) {
      if (!c.wants(i)) continue;
      const Array &own = c.input(i), &other = c.input(1 - i);
      c.give(i, where(own == other, 0.5 * c.cotangent(), where(own > other, c.cotangent(), 0.0)));
    }
  }
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "The larger of two values, element by element.\n>>> lm.maximum(lm.array([1, 3]), 2)\n[2, 3]";
};
LAMINA_OP(Maximum)

}  // namespace lamina

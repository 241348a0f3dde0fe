// minimum(x, y): the smaller of the two; NaN if either is NaN. Equal operands share the cotangent,
// which keeps the gradient symmetric (as JAX and PyTorch do).
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Minimum : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "minimum";
  static constexpr auto formula = [](auto x, auto y) { return min(x, y); };
  static void gradient(Context& c) {
    for (int i = 0; i < 2; ++i) {
      if (!c.wants(i)) continue;
      const Array &own = c.input(i), &other = c.input(1 - i);
      c.give(i, where(own == other, 0.5 * c.cotangent(), where(own < other, c.cotangent(), 0.0)));
    }
  }
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "The smaller of two values, element by element.\n"
      ">>> lm.minimum(lm.array([1, 3]), 2)\n"
      "[1, 2]";
};
LAMINA_OP(Minimum)

}  // namespace lamina

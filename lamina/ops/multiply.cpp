// multiply(x, y) = x * y.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Multiply : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "multiply";
  static constexpr auto formula = [](auto x, auto y) { return x * y; };
  static void gradient(Context& c) {
    c.give(0, c.cotangent() * c.input(1));
    c.give(1, c.cotangent() * c.input(0));
  }
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "Product of two arrays, element by element.\n>>> lm.multiply(lm.array([1, 2]), 3)\n[3, 6]";
};
LAMINA_OP(Multiply)

}  // namespace lamina

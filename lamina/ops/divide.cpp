// divide(x, y) = x / y; x / 0 is an infinity or NaN, as IEEE 754 says.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Divide : Elementwise<2> {
  static constexpr auto name = "divide";
  static constexpr auto formula = [](auto x, auto y) { return x / y; };
  static void gradient(Context& c) {
    c.give(0, c.cotangent() / c.input(1));
    c.give(1, -c.cotangent() * c.output() / c.input(1));
  }
  static void samples(Samples& s) { s.floats().integers().range(0.5, 3).empty(); }
  static constexpr auto doc =
      "Quotient of two arrays.\n>>> lm.divide(lm.array([1.0, 2.0]), 4)\n[0.25, 0.5]";
};
LAMINA_OP(Divide)

}  // namespace lamina

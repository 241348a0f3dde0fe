// remainder(x, y) = x - y floor(x / y): has the divisor's sign, as in Python. Integers: x % 0 is 0.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Remainder : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "remainder";
  static constexpr auto formula = [](auto x, auto y) { return remainder(x, y); };
  static void gradient(Context& c) {
    c.give(0, c.cotangent());
    if (c.wants(1)) c.give(1, -c.cotangent() * floor_divide(c.input(0), c.input(1)));
  }
  static void samples(Samples& s) { s.numbers().range(1, 5).empty(); }
  static constexpr auto doc =
      "Remainder with the sign of the divisor.\n>>> lm.remainder(lm.array([7, -7]), 3)\n[1, 2]";
};
LAMINA_OP(Remainder)

}  // namespace lamina

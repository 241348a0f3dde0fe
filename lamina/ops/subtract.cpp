// subtract(x, y) = x - y.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Subtract : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "subtract";
  static constexpr auto formula = [](auto x, auto y) { return x - y; };
  static void gradient(Context& c) {
    c.give(0, c.cotangent());
    c.give(1, -c.cotangent());
  }
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "Difference of two arrays.\n>>> lm.subtract(lm.array([1, 2]), 3)\n[-2, -1]";
};
LAMINA_OP(Subtract)

}  // namespace lamina

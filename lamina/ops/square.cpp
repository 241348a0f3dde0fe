// square(x) = x * x.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Square : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "square";
  static constexpr auto formula = [](auto x) { return x * x; };
  static void gradient(Context& c) { c.give(0, c.cotangent() * (2.0 * c.input(0))); }
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "Square, element by element.\n>>> lm.square(lm.array([-3, 2]))\n[9, 4]";
};
LAMINA_OP(Square)

}  // namespace lamina

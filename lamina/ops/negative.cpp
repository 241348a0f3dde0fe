// negative(x) = -x.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Negative : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "negative";
  static constexpr auto formula = [](auto x) { return -x; };
  static void gradient(Context& c) { c.give(0, -c.cotangent()); }
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "The array with its sign changed.\n>>> lm.negative(lm.array([1, -2]))\n[-1, 2]";
};
LAMINA_OP(Negative)

}  // namespace lamina

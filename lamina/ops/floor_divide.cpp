// floor_divide(x, y): x / y rounded to minus infinity. Integers: x / 0 is 0.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct FloorDivide : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "floor_divide";
  static constexpr auto formula = [](auto x, auto y) { return floor_divide(x, y); };
  static constexpr auto no_gradient = "the quotient is rounded: constant almost everywhere";
  static void samples(Samples& s) { s.numbers().range(1, 5).empty(); }
  static constexpr auto doc =
      "Quotient rounded to minus infinity.\n>>> lm.floor_divide(lm.array([7, -7]), 2)\n[3, -4]";
};
LAMINA_OP(FloorDivide)

}  // namespace lamina

// bitwise_right_shift(x, count) = x / 2^count, rounded to minus infinity: the sign is kept. A count
// that is negative, or 64 and more, moves every bit out.
#include "lamina/op/elementwise.h"
#include "lamina/ops/bitwise.h"

namespace lamina {

struct BitwiseRightShift : Elementwise<2, Types::Shifts> {
  static constexpr auto name = "bitwise_right_shift";
  static constexpr auto formula = [](auto x, auto y) { return x >> y; };
  static constexpr auto no_gradient = "bits have no gradient";
  static void samples(Samples& s) { s.integers().range(0, 5).empty(); }
  static constexpr auto doc =
      "The bits moved down by a count; the sign is kept.\n"
      ">>> lm.bitwise_right_shift(lm.array([8, -8]), 2)\n"
      "[2, -2]";
};
LAMINA_OP(BitwiseRightShift)

}  // namespace lamina

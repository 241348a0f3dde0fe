// bitwise_left_shift(x, count) = x 2^count; bits beyond the type's width are lost. A count that is
// negative, or 64 and more, gives 0.
#include "lamina/op/elementwise.h"
#include "lamina/ops/bitwise.h"

namespace lamina {

struct BitwiseLeftShift : Elementwise<2, Types::Shifts> {
  static constexpr auto name = "bitwise_left_shift";
  static constexpr auto formula = [](auto x, auto y) { return x << y; };
  static constexpr auto no_gradient = "bits have no gradient";
  static void samples(Samples& s) { s.integers().range(0, 5).empty(); }
  static constexpr auto doc =
      "The bits moved up by a count.\n"
      ">>> lm.bitwise_left_shift(lm.array([1, 3]), 2)\n"
      "[4, 12]";
};
LAMINA_OP(BitwiseLeftShift)

}  // namespace lamina

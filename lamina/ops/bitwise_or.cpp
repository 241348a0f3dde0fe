// bitwise_or(x, y): the bits that either integer has; logical or of bool.
#include "lamina/op/elementwise.h"
#include "lamina/ops/bitwise.h"

namespace lamina {

struct BitwiseOr : Elementwise<2, Types::Bits> {
  static constexpr auto name = "bitwise_or";
  static constexpr auto formula = [](auto x, auto y) { return x | y; };
  static constexpr auto no_gradient = "bits have no gradient";
  static void samples(Samples& s) { s.integers().bools().empty(); }
  static constexpr auto doc =
      "The bits that either integer has; or of bool.\n"
      ">>> lm.bitwise_or(lm.array([6, 5]), 3)\n"
      "[7, 7]";
};
LAMINA_OP(BitwiseOr)

}  // namespace lamina

// bitwise_xor(x, y): the bits that one of the integers has; exclusive or of bool.
#include "lamina/op/elementwise.h"
#include "lamina/ops/bitwise.h"

namespace lamina {

struct BitwiseXor : Elementwise<2, Types::Bits> {
  static constexpr auto name = "bitwise_xor";
  static constexpr auto formula = [](auto x, auto y) { return x ^ y; };
  static constexpr auto no_gradient = "bits have no gradient";
  static void samples(Samples& s) { s.integers().bools().empty(); }
  static constexpr auto doc =
      "The bits that one of the integers has; exclusive or of bool.\n"
      ">>> lm.bitwise_xor(lm.array([6, 5]), 3)\n"
      "[5, 6]";
};
LAMINA_OP(BitwiseXor)

}  // namespace lamina

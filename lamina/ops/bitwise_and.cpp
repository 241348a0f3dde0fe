// bitwise_and(x, y): the bits that both integers have; logical and of bool.
#include "lamina/op/elementwise.h"
#include "lamina/ops/bitwise.h"

namespace lamina {

struct BitwiseAnd : Elementwise<2, Types::Bits> {
  static constexpr auto name = "bitwise_and";
  static constexpr auto formula = [](auto x, auto y) { return x & y; };
  static constexpr auto no_gradient = "bits have no gradient";
  static void samples(Samples& s) { s.integers().bools().empty(); }
  static constexpr auto doc =
      "The bits that both integers have; and of bool.\n"
      ">>> lm.bitwise_and(lm.array([6, 5]), 3)\n"
      "[2, 1]";
};
LAMINA_OP(BitwiseAnd)

}  // namespace lamina

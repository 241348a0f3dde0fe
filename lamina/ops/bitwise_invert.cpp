// bitwise_invert(x): every bit of an integer turned over, -x - 1 for signed ones; not of bool.
#include "lamina/op/elementwise.h"
#include "lamina/ops/bitwise.h"

namespace lamina {

struct BitwiseInvert : Elementwise<1, Types::Bits> {
  static constexpr auto name = "bitwise_invert";
  static constexpr auto formula = [](auto x) { return !x; };
  static constexpr auto no_gradient = "bits have no gradient";
  static void samples(Samples& s) { s.integers().bools().empty(); }
  static constexpr auto doc =
      "Every bit turned over; not of bool.\n"
      ">>> lm.bitwise_invert(lm.array([0, 5]))\n"
      "[-1, -6]";
};
LAMINA_OP(BitwiseInvert)

}  // namespace lamina

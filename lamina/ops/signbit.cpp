// signbit(x): whether the sign bit is set, also that of -0 and of a NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct SignBit : Elementwise<1, Types::Predicate> {
  static constexpr auto name = "signbit";
  static constexpr auto formula = [](auto x) { return copysign(1, x) < 0; };
  static constexpr auto no_gradient = "truth values have no gradient";
  static void samples(Samples& s) { s.floats().empty(); }
  static constexpr auto doc =
      "Whether the sign bit is set.\n"
      ">>> lm.signbit(lm.array([-0.0, 1.0]))\n"
      "[True, False]";
};
LAMINA_OP(SignBit)

}  // namespace lamina

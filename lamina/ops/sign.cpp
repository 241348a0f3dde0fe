// sign(x): -1, 0 or 1; NaN stays NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Sign : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "sign";
  static constexpr auto formula = [](auto x) { return sign(x); };
  static constexpr auto no_gradient = "the sign is constant almost everywhere";
  static void samples(Samples& s) { s.numbers().near(0).large(1e4).empty(); }
  static constexpr auto doc =
      "Sign: -1, 0 or 1.\n>>> lm.sign(lm.array([-3.0, 0.0, 2.0]))\n[-1, 0, 1]";
};
LAMINA_OP(Sign)

}  // namespace lamina

// asinh(x) = log(x + sqrt(x^2 + 1)), with x's sign.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Asinh : Elementwise<1> {
  static constexpr auto name = "asinh";
  static constexpr auto formula = [](auto x) { return asinh(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * rsqrt(1.0 + square(c.input(0)))); }
  static void samples(Samples& s) { s.floats().large(1e4).empty(); }
  static constexpr auto doc =
      "Inverse of the hyperbolic sine.\n"
      ">>> lm.asinh(lm.array([0.0, 1.0]))\n"
      "[0, 0.881374]";
};
LAMINA_OP(Asinh)

}  // namespace lamina

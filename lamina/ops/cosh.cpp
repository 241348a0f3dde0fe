// cosh(x) = (e^x + e^-x) / 2.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Cosh : Elementwise<1> {
  static constexpr auto name = "cosh";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return cosh(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * sinh(c.input(0))); }
  static void samples(Samples& s) { s.floats().large(1e4).empty(); }
  static constexpr auto doc =
      "Hyperbolic cosine.\n"
      ">>> lm.cosh(lm.array([0.0, 1.0]))\n"
      "[1, 1.54308]";
};
LAMINA_OP(Cosh)

}  // namespace lamina

// sinh(x) = (e^x - e^-x) / 2.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Sinh : Elementwise<1> {
  static constexpr auto name = "sinh";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return sinh(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * cosh(c.input(0))); }
  static void samples(Samples& s) { s.floats().large(1e4).empty(); }
  static constexpr auto doc =
      "Hyperbolic sine.\n"
      ">>> lm.sinh(lm.array([0.0, 1.0]))\n"
      "[0, 1.1752]";
};
LAMINA_OP(Sinh)

}  // namespace lamina

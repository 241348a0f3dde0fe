// exp(x) = e^x.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Exp : Elementwise<1> {
  static constexpr auto name = "exp";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return exp(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * c.output()); }
  static void samples(Samples& s) { s.floats().range(-5, 5).large(80).empty(); }
  static constexpr auto doc =
      "Exponential function.\n>>> lm.exp(lm.array([0.0, 1.0]))\n[1, 2.71828]";
};
LAMINA_OP(Exp)

}  // namespace lamina

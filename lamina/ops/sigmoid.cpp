// sigmoid(x) = 1 / (1 + e^-x), computed so that it does not overflow at either end.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Sigmoid : Elementwise<1> {
  static constexpr auto name = "sigmoid";
  static constexpr auto formula = [](auto x) { return sigmoid(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * c.output() * (1.0 - c.output())); }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc =
      "Logistic function: 1 / (1 + e^-x).\n>>> lm.sigmoid(lm.array([0.0, 1.0]))\n[0.5, 0.731059]";
};
LAMINA_OP(Sigmoid)

}  // namespace lamina

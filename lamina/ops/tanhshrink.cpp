// tanhshrink(x) = x - tanh(x). The derivative is tanh(x)^2.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Tanhshrink : Elementwise<1> {
  static constexpr auto name = "tanhshrink";
  static constexpr auto formula = [](auto x) { return x - tanh(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * square(tanh(c.input(0)))); }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc =
      "x - tanh(x).\n>>> lm.tanhshrink(lm.array([0.0, 1.0]))\n[0, 0.238406]";
};
LAMINA_OP(Tanhshrink)

}  // namespace lamina

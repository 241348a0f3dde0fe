// mish(x) = x tanh(softplus(x)) (Misra 2019), with the stable softplus.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Mish : Elementwise<1> {
  static constexpr auto name = "mish";
  static constexpr auto formula = [](auto x) { return x * tanh(max(x, 0) + log1p(exp(-abs(x)))); };
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    Array t = tanh(softplus(x));
    c.give(0, c.cotangent() * (t + x * (1.0 - square(t)) * sigmoid(x)));
  }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc =
      "x tanh(softplus(x)).\n>>> lm.mish(lm.array([-1.0, 1.0]))\n[-0.303401, 0.865098]";
};
LAMINA_OP(Mish)

}  // namespace lamina

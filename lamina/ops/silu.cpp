// silu(x) = x sigmoid(x), also called swish (Elfwing et al. 2017).
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Silu : Elementwise<1> {
  static constexpr auto name = "silu";
  static constexpr auto formula = [](auto x) { return x * sigmoid(x); };
  static void gradient(Context& c) {
    Array gate = sigmoid(c.input(0));
    c.give(0, c.cotangent() * (gate + c.output() * (1.0 - gate)));
  }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc =
      "x sigmoid(x), also called swish.\n"
      ">>> lm.silu(lm.array([-1.0, 0.0, 1.0]))\n"
      "[-0.268941, 0, 0.731059]";
};
LAMINA_OP(Silu)

}  // namespace lamina

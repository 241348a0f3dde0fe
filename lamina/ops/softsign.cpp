// softsign(x) = x / (1 + |x|) (Bergstra et al. 2009).
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Softsign : Elementwise<1> {
  static constexpr auto name = "softsign";
  static constexpr auto formula = [](auto x) { return x / (1.0 + abs(x)); };
  static void gradient(Context& c) {
    c.give(0, c.cotangent() / square(1.0 + absolute(c.input(0))));
  }
  static void samples(Samples& s) { s.floats().near(0).smooth_except(0).large(1e4).empty(); }
  static constexpr auto doc =
      "x / (1 + |x|).\n>>> lm.softsign(lm.array([-1.0, 3.0]))\n[-0.5, 0.75]";
};
LAMINA_OP(Softsign)

}  // namespace lamina

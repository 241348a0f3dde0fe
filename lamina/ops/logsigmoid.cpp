// logsigmoid(x) = log(sigmoid(x)) = min(x, 0) - log1p(e^-|x|): exact for large |x|, where the plain
// form gives log(0).
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Logsigmoid : Elementwise<1> {
  static constexpr auto name = "logsigmoid";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return min(x, 0) - log1p(exp(-abs(x))); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * sigmoid(-c.input(0))); }
  static void samples(Samples& s) { s.floats().near(0).large(1e4).empty(); }
  static constexpr auto doc =
      "The logarithm of sigmoid.\n>>> lm.logsigmoid(lm.array([0.0, -100.0]))\n[-0.693147, -100]";
};
LAMINA_OP(Logsigmoid)

}  // namespace lamina

// softplus(x) = log(1 + e^x), the smooth relu (Dugas et al. 2001). Written as max(x, 0) +
// log1p(e^-|x|): exact for large |x|, where the plain form overflows.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Softplus : Elementwise<1> {
  static constexpr auto name = "softplus";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return max(x, 0) + log1p(exp(-abs(x))); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * sigmoid(c.input(0))); }
  static void samples(Samples& s) { s.floats().near(0).large(1e4).empty(); }
  static constexpr auto doc =
      "Smooth approximation of relu.\n>>> lm.softplus(lm.array(0.0))\n0.693147";
};
LAMINA_OP(Softplus)

}  // namespace lamina

// selu(x) = scale (x above 0, alpha (e^x - 1) below), with the constants that keep mean 0 and
// variance 1 from layer to layer (Klambauer et al. 2017). e^x is taken of min(x, 0), so that the
// side that is not chosen stays finite.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Selu : Elementwise<1> {
  static constexpr auto name = "selu";
  static constexpr auto formula = [](auto x) {
    return 1.0507009873554804934 * where(x > 0, x, 1.6732632423543772848 * expm1(min(x, 0)));
  };
  static void gradient(Context& c) {
    constexpr double kScale = 1.0507009873554804934, kAlpha = 1.6732632423543772848;
    const Array g = c.cotangent();
    c.give(0, where(c.input(0) > 0.0, g * kScale, g * (c.output() + kScale * kAlpha)));
  }
  static void samples(Samples& s) { s.floats().near(0).smooth_except(0).large(80).empty(); }
  static constexpr auto doc =
      "Scaled exponential linear unit.\n>>> lm.selu(lm.array([-1.0, 1.0]))\n[-1.11133, 1.0507]";
};
LAMINA_OP(Selu)

}  // namespace lamina

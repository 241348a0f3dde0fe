// gelu(x) = x Phi(x), Phi the normal distribution function (Hendrycks and Gimpel 2016): the form
// with erf, not the approximation by tanh.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Gelu : Elementwise<1> {
  static constexpr auto name = "gelu";
  static constexpr auto formula = [](auto x) {
    return 0.5 * x * (1.0 + erf(x * 0.70710678118654752440));
  };
  static void gradient(Context& c) {
    constexpr double kSqrtHalf = 0.70710678118654752440, kInverseSqrtTwoPi = 0.39894228040143267794;
    const Array& x = c.input(0);
    Array below = 0.5 + 0.5 * erf(x * kSqrtHalf);
    Array density = kInverseSqrtTwoPi * exp(-0.5 * square(x));
    c.give(0, c.cotangent() * (below + x * density));
  }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc =
      "Gaussian error linear unit: x Phi(x).\n"
      ">>> lm.gelu(lm.array([-1.0, 0.0, 1.0]))\n"
      "[-0.158655, 0, 0.841345]";
};
LAMINA_OP(Gelu)

}  // namespace lamina

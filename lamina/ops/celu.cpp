// celu(x, alpha) = x above 0, alpha (e^(x / alpha) - 1) below (Barron 2017): elu with slope 1 at 0
// for every alpha.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Celu : Elementwise<2> {
  static constexpr auto name = "celu";
  static constexpr const char* inputs[] = {"x", "alpha"};
  static constexpr double defaults[] = {1};
  static constexpr auto formula = [](auto x, auto alpha) {
    return where(x > 0, x, alpha * expm1(min(x, 0) / alpha));
  };
  static void gradient(Context& c) {
    const Array g = c.cotangent(), positive = c.input(0) > 0.0;
    Array t = minimum(c.input(0), 0.0) / c.input(1);
    if (c.wants(0)) c.give(0, where(positive, g, g * exp(t)));
    if (c.wants(1)) c.give(1, where(positive, 0.0, g * (expm1(t) - t * exp(t))));
  }
  static void samples(Samples& s) {
    s.floats().positive().near(0).smooth_except(0).large(80).empty();
    s.call({SampleInput({3, 5}, float32, -3, -0.1), SampleInput({5}, float32, 0.5, 2)});
  }
  static constexpr auto doc =
      "Exponential linear unit with slope 1 at 0.\n"
      ">>> lm.celu(lm.array([-1.0, 2.0]), 2.0)\n[-0.786939, 2]";
};
LAMINA_OP(Celu)

}  // namespace lamina

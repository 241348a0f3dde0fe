// leaky_relu(x, slope): x above 0, slope * x below (Maas et al. 2013). The derivative at 0 is the
// slope.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct LeakyRelu : Elementwise<2> {
  static constexpr auto name = "leaky_relu";
  static constexpr const char* inputs[] = {"x", "slope"};
  static constexpr double defaults[] = {0.01};
  static constexpr auto formula = [](auto x, auto slope) { return where(x > 0, x, slope * x); };
  static void gradient(Context& c) {
    Array positive = c.input(0) > 0.0;
    if (c.wants(0)) c.give(0, where(positive, c.cotangent(), c.cotangent() * c.input(1)));
    if (c.wants(1)) c.give(1, where(positive, 0.0, c.cotangent() * c.input(0)));
  }
  static void samples(Samples& s) { s.floats().near(0).smooth_except(0).large(1e4).empty(); }
  static constexpr auto doc =
      "Rectified linear unit that leaks below 0.\n"
      ">>> lm.leaky_relu(lm.array([-2.0, 3.0]), 0.5)\n"
      "[-1, 3]";
};
LAMINA_OP(LeakyRelu)

}  // namespace lamina

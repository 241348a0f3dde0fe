// elu(x, alpha): x above 0, alpha * (e^x - 1) below (Clevert et al. 2015). e^x is taken of min(x,
// 0), so that the side that is not chosen stays finite, in gradients too.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Elu : Elementwise<2> {
  static constexpr auto name = "elu";
  static constexpr const char* inputs[] = {"x", "alpha"};
  static constexpr double defaults[] = {1};
  static constexpr auto formula = [](auto x, auto alpha) {
    return where(x > 0, x, alpha * expm1(min(x, 0)));
  };
  static void gradient(Context& c) {
    Array positive = c.input(0) > 0.0;
    if (c.wants(0)) {
      c.give(0, where(positive, c.cotangent(), c.cotangent() * (c.output() + c.input(1))));
    }
    if (c.wants(1)) {
      c.give(1, where(positive, 0.0, c.cotangent() * expm1(minimum(c.input(0), 0.0))));
    }
  }
  static void samples(Samples& s) { s.floats().near(0).smooth_except(0).large(80).empty(); }
  static constexpr auto doc =
      "Exponential linear unit.\n>>> lm.elu(lm.array([-1.0, 2.0]), 1.0)\n[-0.632121, 2]";
};
LAMINA_OP(Elu)

}  // namespace lamina

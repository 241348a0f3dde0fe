// hardsigmoid(x) = min(max(x + 3, 0), 6) / 6 (Howard et al. 2019): slope 1/6, as in torch and Keras
// 3. Theano and Keras before version 3 had slope 0.2: min(max(0.2 x + 0.5, 0), 1).
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Hardsigmoid : Elementwise<1> {
  static constexpr auto name = "hardsigmoid";
  static constexpr auto formula = [](auto x) { return min(max(x + 3.0, 0), 6) / 6.0; };
  static void gradient(Context& c) {
    Array inside = absolute(c.input(0)) < 3.0;
    c.give(0, where(inside, c.cotangent() * (1.0 / 6), 0.0));
  }
  static void samples(Samples& s) {
    s.floats().range(-5, 5).near(-3).near(3).smooth_except(-3).smooth_except(3).large(1e4).empty();
  }
  static constexpr auto doc =
      "Sigmoid made of straight lines: 0 below -3, 1 above 3.\n"
      ">>> lm.hardsigmoid(lm.array([-4.0, 0.0, 1.5]))\n[0, 0.5, 0.75]";
};
LAMINA_OP(Hardsigmoid)

}  // namespace lamina

// sparse_plus(x): 0 up to -1, (x + 1)^2 / 4 between, x from 1 on: the integral of sparse_sigmoid,
// as in Keras.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct SparsePlus : Elementwise<1> {
  static constexpr auto name = "sparse_plus";
  static constexpr auto formula = [](auto x) {
    return where(x >= 1, x, where(x <= -1, 0, 0.25 * (x + 1.0) * (x + 1.0)));
  };
  static void gradient(Context& c) { c.give(0, c.cotangent() * sparse_sigmoid(c.input(0))); }
  static void samples(Samples& s) {
    s.floats().near(-1).near(1).smooth_except(-1).smooth_except(1).large(1e4).empty();
  }
  static constexpr auto doc =
      "Softplus made of a parabola: exactly 0 below -1, x above 1.\n"
      ">>> lm.sparse_plus(lm.array([-2.0, 0.0, 3.0]))\n[0, 0.25, 3]";
};
LAMINA_OP(SparsePlus)

}  // namespace lamina

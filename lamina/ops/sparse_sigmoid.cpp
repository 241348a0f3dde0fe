// sparse_sigmoid(x) = min(max((x + 1) / 2, 0), 1), as in Keras: sparsemax of two entries x and 0.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct SparseSigmoid : Elementwise<1> {
  static constexpr auto name = "sparse_sigmoid";
  static constexpr auto formula = [](auto x) { return min(max(0.5 * (x + 1.0), 0), 1); };
  static void gradient(Context& c) {
    c.give(0, where(absolute(c.input(0)) < 1.0, c.cotangent() * 0.5, 0.0));
  }
  static void samples(Samples& s) {
    s.floats().near(-1).near(1).smooth_except(-1).smooth_except(1).large(1e4).empty();
  }
  static constexpr auto doc =
      "Sigmoid made of straight lines: 0 below -1, 1 above 1.\n"
      ">>> lm.sparse_sigmoid(lm.array([-2.0, 0.0, 3.0]))\n[0, 0.5, 1]";
};
LAMINA_OP(SparseSigmoid)

}  // namespace lamina

// atanh(x) = log((1 + x) / (1 - x)) / 2; infinite at -1 and 1, NaN beyond.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Atanh : Elementwise<1> {
  static constexpr auto name = "atanh";
  static constexpr auto formula = [](auto x) { return atanh(x); };
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    c.give(0, c.cotangent() / ((1.0 - x) * (1.0 + x)));
  }
  static void samples(Samples& s) { s.floats().range(-0.9, 0.9).empty(); }
  static constexpr auto doc =
      "Inverse of the hyperbolic tangent.\n"
      ">>> lm.atanh(lm.array([0.0, 0.5]))\n"
      "[0, 0.549306]";
};
LAMINA_OP(Atanh)

}  // namespace lamina

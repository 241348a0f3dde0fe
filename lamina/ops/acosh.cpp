// acosh(x) = log(x + sqrt(x^2 - 1)) for x >= 1, NaN below.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Acosh : Elementwise<1> {
  static constexpr auto name = "acosh";
  static constexpr auto formula = [](auto x) { return acosh(x); };
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    c.give(0, c.cotangent() * rsqrt((x - 1.0) * (x + 1.0)));
  }
  static void samples(Samples& s) { s.floats().range(1.1, 4).large(1e4).empty(); }
  static constexpr auto doc =
      "Inverse of the hyperbolic cosine.\n"
      ">>> lm.acosh(lm.array([1.0, 2.0]))\n"
      "[0, 1.31696]";
};
LAMINA_OP(Acosh)

}  // namespace lamina

// copysign(x, y): |x| with the sign bit of y, also that of -0 and of a NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct CopySign : Elementwise<2> {
  static constexpr auto name = "copysign";
  static constexpr auto formula = [](auto x, auto y) { return copysign(x, y); };
  static void gradient(Context& c) {
    const Array& x = c.input(0);
    if (c.wants(0)) c.give(0, c.cotangent() * copysign(1.0, c.input(1)) * sign(x));
    if (c.wants(1)) c.give(1, zeros_like(c.input(1)));
  }
  static void samples(Samples& s) { s.floats().range(0.1, 2).empty(); }
  static constexpr auto doc =
      "The magnitude of x with the sign of y.\n"
      ">>> lm.copysign(lm.array([1.0, 2.0]), lm.array([-1.0, 0.5]))\n"
      "[-1, 2]";
};
LAMINA_OP(CopySign)

}  // namespace lamina

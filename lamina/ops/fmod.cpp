// fmod(x, y): what is left of x after division by y, with the sign of x (C's fmod; remainder has the
// sign of y). Integers by 0 give 0.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina {

struct Fmod : Elementwise<2, Types::Numeric> {
  static constexpr auto name = "fmod";
  static constexpr auto formula = [](auto x, auto y) {
    const auto r = remainder(abs(x), abs(y));
    return where(x < 0, -r, r);
  };
  static void gradient(Context& c) {
    const Array &x = c.input(0), &y = c.input(1);
    if (c.wants(0)) c.give(0, c.cotangent());
    if (c.wants(1)) c.give(1, -c.cotangent() * trunc(x / y));
  }
  static void samples(Samples& s) { s.floats().range(0.3, 4).empty(); }
  static constexpr auto doc =
      "The remainder of x / y with the sign of x.\n"
      ">>> lm.fmod(lm.array([-3.0, 3.0]), 2.0)\n[-1, 1]";
};
LAMINA_OP(Fmod)

}  // namespace lamina

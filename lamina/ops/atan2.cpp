// atan2(y, x): the angle of the point (x, y), in [-pi, pi]; the first argument is the ordinate.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Atan2 : Elementwise<2> {
  static constexpr auto name = "atan2";
  static constexpr const char* inputs[] = {"y", "x"};
  static constexpr auto formula = [](auto y, auto x) { return atan2(y, x); };
  static void gradient(Context& c) {
    const Array &y = c.input(0), &x = c.input(1);
    const Array radius = square(x) + square(y);
    if (c.wants(0)) c.give(0, c.cotangent() * x / radius);
    if (c.wants(1)) c.give(1, -c.cotangent() * y / radius);
  }
  static void samples(Samples& s) { s.floats().range(0.2, 2).empty(); }
  static constexpr auto doc =
      "The angle of the point (x, y), in radians, from y and x.\n"
      ">>> lm.atan2(lm.array([1.0, -1.0]), lm.array([1.0, 0.0]))\n"
      "[0.785398, -1.5708]";
};
LAMINA_OP(Atan2)

}  // namespace lamina

// expm1(x) = e^x - 1, exact for small x, where the difference would cancel.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Expm1 : Elementwise<1> {
  static constexpr auto name = "expm1";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return expm1(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * (c.output() + 1.0)); }
  static void samples(Samples& s) { s.floats().range(-5, 5).near(0).large(80).empty(); }
  static constexpr auto doc =
      "e^x - 1, exact for small x.\n>>> lm.expm1(lm.array([0.0, 1.0]))\n[0, 1.71828]";
};
LAMINA_OP(Expm1)

}  // namespace lamina

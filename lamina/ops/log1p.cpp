// log1p(x) = log(1 + x), exact for small x: -inf at -1, NaN below.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Log1p : Elementwise<1> {
  static constexpr auto name = "log1p";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return log1p(x); };
  static void gradient(Context& c) { c.give(0, c.cotangent() / (1.0 + c.input(0))); }
  static void samples(Samples& s) { s.floats().range(-0.9, 5).near(0).empty(); }
  static constexpr auto doc =
      "log(1 + x), exact for small x.\n>>> lm.log1p(lm.array([0.0, 1.0]))\n[0, 0.693147]";
};
LAMINA_OP(Log1p)

}  // namespace lamina

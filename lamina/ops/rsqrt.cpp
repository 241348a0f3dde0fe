// rsqrt(x) = 1 / sqrt(x): infinity at 0, NaN below.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Rsqrt : Elementwise<1> {
  static constexpr auto name = "rsqrt";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return rsqrt(x); };
  static void gradient(Context& c) { c.give(0, -0.5 * c.cotangent() * c.output() / c.input(0)); }
  static void samples(Samples& s) { s.floats().positive().empty(); }
  static constexpr auto doc =
      "One divided by the square root.\n>>> lm.rsqrt(lm.array([4.0, 0.25]))\n[0.5, 2]";
};
LAMINA_OP(Rsqrt)

}  // namespace lamina

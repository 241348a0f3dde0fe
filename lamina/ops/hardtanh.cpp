// hardtanh(x, min_val, max_val) = min(max(x, min_val), max_val) (Collobert 2004). Where x is at a
// limit the gradient is the limit's.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Hardtanh : Elementwise<3> {
  static constexpr auto name = "hardtanh";
  static constexpr const char* inputs[] = {"x", "min_val", "max_val"};
  static constexpr double defaults[] = {-1, 1};
  static constexpr auto formula = [](auto x, auto min_val, auto max_val) {
    return min(max(x, min_val), max_val);
  };
  static void gradient(Context& c) {
    const Array &x = c.input(0), &low = c.input(1), &high = c.input(2), g = c.cotangent();
    Array below_high = maximum(x, low)<high, above_low = x> low;
    if (c.wants(0)) c.give(0, where(logical_and(below_high, above_low), g, 0.0));
    if (c.wants(1)) c.give(1, where(logical_and(below_high, logical_not(above_low)), g, 0.0));
    if (c.wants(2)) c.give(2, where(below_high, 0.0, g));
  }
  static void samples(Samples& s) { s.floats().near(1).near(-1).large(1e4).empty(); }
  static constexpr auto doc =
      "x, but not below min_val and not above max_val.\n"
      ">>> lm.hardtanh(lm.array([-3.0, 0.5, 2.0]))\n[-1, 0.5, 1]";
};
LAMINA_OP(Hardtanh)

}  // namespace lamina

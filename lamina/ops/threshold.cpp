// threshold(x, threshold, value): x where it is above the threshold, value elsewhere. NaN stays
// NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Threshold : Elementwise<3> {
  static constexpr auto name = "threshold";
  static constexpr const char* inputs[] = {"x", "threshold", "value"};
  static constexpr auto formula = [](auto x, auto threshold, auto value) {
    return where(x <= threshold, value, x);
  };
  static void gradient(Context& c) {
    Array replaced = c.input(0) <= c.input(1);
    if (c.wants(0)) c.give(0, where(replaced, 0.0, c.cotangent()));
    if (c.wants(2)) c.give(2, where(replaced, c.cotangent(), 0.0));
  }
  static void samples(Samples& s) { s.floats().near(0).large(1e4).empty(); }
  static constexpr auto doc =
      "x above the threshold, value elsewhere.\n"
      ">>> lm.threshold(lm.array([0.5, 2.0]), 1.0, 9.0)\n[9, 2]";
};
LAMINA_OP(Threshold)

}  // namespace lamina

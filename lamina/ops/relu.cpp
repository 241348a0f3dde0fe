// relu(x) = max(x, 0). Its derivative at 0 is taken as 0, as everywhere; NaN stays NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Relu : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "relu";
  static constexpr auto formula = [](auto x) { return max(x, 0); };
  static void gradient(Context& c) { c.give(0, where(c.output() > 0.0, c.cotangent(), 0.0)); }
  static void samples(Samples& s) { s.numbers().near(0).smooth_except(0).large(1e4).empty(); }
  static constexpr auto doc =
      "Rectified linear unit: max(x, 0).\n>>> lm.relu(lm.array([-1.0, 2.0]))\n[0, 2]";
};
LAMINA_OP(Relu)

}  // namespace lamina

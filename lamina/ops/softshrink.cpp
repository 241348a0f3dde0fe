// softshrink(x, threshold): x moved towards 0 by the threshold, and 0 where it would pass it
// (Donoho 1995). NaN stays NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Softshrink : Elementwise<2> {
  static constexpr auto name = "softshrink";
  static constexpr const char* inputs[] = {"x", "threshold"};
  static constexpr double defaults[] = {0.5};
  static constexpr auto formula = [](auto x, auto threshold) {
    return where(x > threshold, x - threshold, where(x < -threshold, x + threshold, x * 0.0));
  };
  static void gradient(Context& c) {
    const Array &x = c.input(0), &limit = c.input(1), g = c.cotangent();
    Array above = x > limit, below = x < -limit;
    if (c.wants(0)) c.give(0, where(logical_or(above, below), g, 0.0));
    if (c.wants(1)) c.give(1, where(above, -g, where(below, g, 0.0)));
  }
  static void samples(Samples& s) {
    s.floats().positive().near(0.5).near(-0.5).large(1e4).empty();
    s.call({SampleInput({3, 5}, float32, -3, 3).separated(),
            SampleInput(Shape{}, float32, 0.55, 0.56)});
  }
  static constexpr auto doc =
      "x moved towards 0 by the threshold.\n"
      ">>> lm.softshrink(lm.array([-2.0, 0.25, 2.0]))\n[-1.5, 0, 1.5]";
};
LAMINA_OP(Softshrink)

}  // namespace lamina

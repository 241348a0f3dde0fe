// hardshrink(x, threshold): 0 where |x| <= threshold, x elsewhere. NaN stays NaN. The threshold
// gets no gradient: the result does not depend on it smoothly anywhere.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Hardshrink : Elementwise<2> {
  static constexpr auto name = "hardshrink";
  static constexpr const char* inputs[] = {"x", "threshold"};
  static constexpr double defaults[] = {0.5};
  static constexpr auto formula = [](auto x, auto threshold) {
    return where((x >= -threshold) & (x <= threshold), 0, x);
  };
  static void gradient(Context& c) {
    Array shrunk = absolute(c.input(0)) <= c.input(1);
    if (c.wants(0)) c.give(0, where(shrunk, 0.0, c.cotangent()));
  }
  static void samples(Samples& s) {
    s.floats().positive().near(0.5).near(-0.5).large(1e4).empty();
    s.call({SampleInput({3, 5}, float32, -3, 3).separated(),
            SampleInput(Shape{}, float32, 0.55, 0.56)});
  }
  static constexpr auto doc =
      "x, but 0 where it is not over the threshold in size.\n"
      ">>> lm.hardshrink(lm.array([-2.0, 0.25, 2.0]))\n[-2, 0, 2]";
};
LAMINA_OP(Hardshrink)

}  // namespace lamina

// squareplus(x, b) = (x + sqrt(x^2 + b)) / 2 (Barron 2021): softplus without exponentials. Below 0
// it is written as b / (2 (sqrt(x^2 + b) - x)), where the sum would cancel.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Squareplus : Elementwise<2> {
  static constexpr auto name = "squareplus";
  static constexpr const char* inputs[] = {"x", "b"};
  static constexpr double defaults[] = {4};
  static constexpr auto formula = [](auto x, auto b) {
    auto root = sqrt(x * x + b);
    return 0.5 * where(x >= 0, x + root, b / (root - x));
  };
  static void gradient(Context& c) {
    Array root = sqrt(square(c.input(0)) + c.input(1));
    if (c.wants(0)) c.give(0, c.cotangent() * c.output() / root);
    if (c.wants(1)) c.give(1, 0.25 * c.cotangent() / root);
  }
  static void samples(Samples& s) {
    s.floats().positive().near(0).large(100).empty();
    s.call({SampleInput({3, 5}, float32, -9, 9), SampleInput({5}, float32, 0.5, 4)});
  }
  static constexpr auto doc =
      "Softplus made of a root.\n>>> lm.squareplus(lm.array([0.0, -1.5]))\n[1, 0.5]";
};
LAMINA_OP(Squareplus)

}  // namespace lamina

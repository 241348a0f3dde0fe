// gelu_tanh(x) = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2: the approximation of gelu by
// Hendrycks and Gimpel (2016) with which GPT-2 and BERT were trained.
#include "lamina/op/elementwise.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct GeluTanh : Elementwise<1> {
  static constexpr auto name = "gelu_tanh";
  static constexpr auto formula = [](auto x) {
    return 0.5 * x * (1.0 + tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
  };
  static void gradient(Context& c) {
    constexpr double kRoot = 0.79788456080286535588, kCube = 0.044715;
    const Array& x = c.input(0);
    Array t = tanh(kRoot * x * (1.0 + kCube * square(x)));
    Array slope = x * (1.0 - square(t)) * (kRoot + 3 * kRoot * kCube * square(x));
    c.give(0, c.cotangent() * (0.5 * (1.0 + t + slope)));
  }
  static void samples(Samples& s) { s.floats().near(0).large(80).empty(); }
  static constexpr auto doc =
      "gelu by its approximation with tanh.\n"
      ">>> lm.gelu_tanh(lm.array([-1.0, 0.0, 1.0]))\n[-0.158808, 0, 0.841192]";
};
LAMINA_OP(GeluTanh)

}  // namespace lamina

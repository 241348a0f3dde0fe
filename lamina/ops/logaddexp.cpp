// logaddexp(x, y) = log(e^x + e^y) = max(x, y) + log1p(e^-|x - y|): neither power is computed, so
// neither overflows. Equal operands are apart, since the difference of equal infinities is NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct LogAddExp : Elementwise<2> {
  static constexpr auto name = "logaddexp";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x, auto y) {
    constexpr double kLog2 = 0.69314718055994530942;
    return where(x == y, x + kLog2, max(x, y) + log1p(exp(-abs(x - y))));
  };
  static void gradient(Context& c) {
    const Array &x = c.input(0), &y = c.input(1);
    if (c.wants(0)) c.give(0, c.cotangent() * sigmoid(x - y));
    if (c.wants(1)) c.give(1, c.cotangent() * sigmoid(y - x));
  }
  // Where the result is near 0 its two terms cancel: no bound on its relative error could hold.
  static void samples(Samples& s) { s.floats().positive().large(1e4).empty(); }
  static constexpr auto doc =
      "log(exp(x) + exp(y)), exact for large values.\n"
      ">>> lm.logaddexp(lm.array([0.0, 1000.0]), lm.array([0.0, 0.0]))\n"
      "[0.693147, 1000]";
};
LAMINA_OP(LogAddExp)

}  // namespace lamina

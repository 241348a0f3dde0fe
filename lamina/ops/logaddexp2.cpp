// logaddexp2(x, y) = log2(2^x + 2^y) = max(x, y) + log2(1 + 2^-|x - y|), as logaddexp does it.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina {

struct LogAddExp2 : Elementwise<2> {
  static constexpr double kLog2 = 0.69314718055994530942;
  static constexpr auto name = "logaddexp2";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x, auto y) {
    const auto more = log1p(exp(-abs(x - y) * kLog2)) * (1 / kLog2);
    return where(x == y, x + 1.0, max(x, y) + more);
  };
  static void gradient(Context& c) {
    const Array &x = c.input(0), &y = c.input(1);
    if (c.wants(0)) c.give(0, c.cotangent() * sigmoid((x - y) * kLog2));
    if (c.wants(1)) c.give(1, c.cotangent() * sigmoid((y - x) * kLog2));
  }
  // Where the result is near 0 its two terms cancel: no bound on its relative error could hold.
  static void samples(Samples& s) { s.floats().positive().large(1e4).empty(); }
  static constexpr auto doc =
      "log2(2^x + 2^y), exact for large values.\n"
      ">>> lm.logaddexp2(lm.array([0.0, 1000.0]), lm.array([0.0, 0.0]))\n"
      "[1, 1000]";
};
LAMINA_OP(LogAddExp2)

}  // namespace lamina

// cbrt(x), the cube root, of negative numbers too: |x|^(1/3), whose exponent is rounded, and one step of
// Newton's.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/scalar_series.h"
#include "lamina/ops/special.h"

namespace lamina {

struct CubeRoot : Elementwise<1> {
  static constexpr auto name = "cbrt";
  static constexpr auto formula = [](auto x) {
    const auto m = abs(x), y = power(m, 1.0 / 3);
    const auto better = y - (y - m / (y * y)) * (1.0 / 3);
    const auto plain = where(m == 0.0, 0.0, where(m == kInfinity, kInfinity, better));
    return copysign(plain, x);
  };
  static void gradient(Context& c) { c.give(0, c.cotangent() / (3.0 * square(c.output()))); }
  static void samples(Samples& s) { s.floats().range(0.2, 9).large(1e4).empty(); }
  static constexpr auto doc = "The cube root.\n>>> lm.cbrt(lm.array([8.0, -27.0]))\n[2, -3]";
};
LAMINA_OP(CubeRoot)

}  // namespace lamina

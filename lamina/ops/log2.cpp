// log2(x), the logarithm of base 2: -inf at 0, NaN below.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Log2 : Elementwise<1> {
  static constexpr auto name = "log2";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return log2(x); };
  static void gradient(Context& c) {
    constexpr double kLog2E = 1.4426950408889634074;
    c.give(0, kLog2E * c.cotangent() / c.input(0));
  }
  static void samples(Samples& s) { s.floats().positive().empty(); }
  static constexpr auto doc = "Logarithm of base 2.\n>>> lm.log2(lm.array([1.0, 8.0]))\n[0, 3]";
};
LAMINA_OP(Log2)

}  // namespace lamina

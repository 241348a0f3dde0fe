// exp2(x) = 2^x, exact for whole x.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina {

struct Exp2 : Elementwise<1> {
  static constexpr auto name = "exp2";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return exp2(x); };
  static void gradient(Context& c) {
    constexpr double kLog2 = 0.69314718055994530942;
    c.give(0, kLog2 * c.cotangent() * c.output());
  }
  static void samples(Samples& s) { s.floats().large(1e4).empty(); }
  static constexpr auto doc = "2 to the power of x.\n>>> lm.exp2(lm.array([3.0, -1.0]))\n[8, 0.5]";
};
LAMINA_OP(Exp2)

}  // namespace lamina

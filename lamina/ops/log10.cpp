// log10(x): exact for the powers of ten that the type holds.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Log10 : Elementwise<1> {
  static constexpr auto name = "log10";
  static constexpr auto autocast = Autocast::Float32;
  static constexpr auto formula = [](auto x) { return log10(x); };
  static void gradient(Context& c) {
    constexpr double kLog10E = 0.43429448190325182765;
    c.give(0, kLog10E * c.cotangent() / c.input(0));
  }
  static void samples(Samples& s) { s.floats().positive().large(1e4).empty(); }
  static constexpr auto doc =
      "Logarithm to the base 10.\n"
      ">>> lm.log10(lm.array([1.0, 1000.0]))\n"
      "[0, 3]";
};
LAMINA_OP(Log10)

}  // namespace lamina

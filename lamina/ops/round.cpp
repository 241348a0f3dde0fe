// round(x): the nearest whole number, of two the even one (IEEE 754, NumPy); integers stay as they
// are.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Round : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "round";
  static constexpr auto formula = [](auto x) { return round(x); };
  static constexpr auto no_gradient = "a rounded value is constant almost everywhere";
  static void samples(Samples& s) { s.numbers().near(0.5).large(1e4).empty(); }
  static constexpr auto doc =
      "The nearest whole number, half to even.\n"
      ">>> lm.round(lm.array([0.5, 1.5, 2.7]))\n"
      "[0, 2, 3]";
};
LAMINA_OP(Round)

}  // namespace lamina

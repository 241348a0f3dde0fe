// trunc(x): the nearest whole number towards 0; integers stay as they are.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Trunc : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "trunc";
  static constexpr auto formula = [](auto x) { return where(x < 0, ceil(x), floor(x)); };
  static constexpr auto no_gradient = "a rounded value is constant almost everywhere";
  static void samples(Samples& s) { s.numbers().near(0.5).large(1e4).empty(); }
  static constexpr auto doc =
      "The whole number next to x towards 0.\n"
      ">>> lm.trunc(lm.array([1.7, -1.7]))\n"
      "[1, -1]";
};
LAMINA_OP(Trunc)

}  // namespace lamina

// ceil(x): the smallest whole number not below x; integers stay as they are.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Ceil : Elementwise<1, Types::Numeric> {
  static constexpr auto name = "ceil";
  static constexpr auto formula = [](auto x) { return ceil(x); };
  static constexpr auto no_gradient = "a rounded value is constant almost everywhere";
  static void samples(Samples& s) { s.numbers().large(1e4).empty(); }
  static constexpr auto doc =
      "The smallest whole number not below x.\n>>> lm.ceil(lm.array([1.5, -1.5]))\n[2, -1]";
};
LAMINA_OP(Ceil)

}  // namespace lamina

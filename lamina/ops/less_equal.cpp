// less_equal(x, y): whether x <= y; false if either is NaN.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct LessEqual : Elementwise<2, Types::Predicate> {
  static constexpr auto name = "less_equal";
  static constexpr auto formula = [](auto x, auto y) { return x <= y; };
  static constexpr auto no_gradient = "a comparison is constant almost everywhere";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether x <= y.\n>>> lm.less_equal(lm.array([1, 3]), 2)\n[True, False]";
};
LAMINA_OP(LessEqual)

}  // namespace lamina

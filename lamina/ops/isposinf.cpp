// isposinf(x): whether x is infinity.
// It is infinite when x - x is NaN and x is not.
#include "lamina/op/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina {

struct IsPositiveInfinity : Elementwise<1, Types::Predicate> {
  static constexpr auto name = "isposinf";
  static constexpr auto formula = [](auto x) { return (x - x != 0) & (x > 0); };
  static constexpr auto no_gradient = "a comparison is constant almost everywhere";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether x is infinity.\n"
      ">>> lm.isposinf(lm.array([1.0, float(\"inf\"), -float(\"inf\")]))\n[False, True, False]";
};
LAMINA_OP(IsPositiveInfinity)

}  // namespace lamina

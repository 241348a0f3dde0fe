// isinf(x): not finite (x - x is NaN), yet equal to itself; always false for integers.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct IsInf : Elementwise<1, Types::Predicate> {
  static constexpr auto name = "isinf";
  static constexpr auto formula = [](auto x) { return (x - x != 0) & (x == x); };
  static constexpr auto no_gradient = "a comparison is constant almost everywhere";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether an element is infinite.\n"
      ">>> lm.isinf(lm.array([1.0, float(\"-inf\")]))\n"
      "[False, True]";
};
LAMINA_OP(IsInf)

}  // namespace lamina

// isfinite(x): x - x is 0 for numbers, NaN for NaN and infinities; always true for integers.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct IsFinite : Elementwise<1, Types::Predicate> {
  static constexpr auto name = "isfinite";
  static constexpr auto formula = [](auto x) { return x - x == 0; };
  static constexpr auto no_gradient = "a comparison is constant almost everywhere";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether an element is neither NaN nor infinite.\n"
      ">>> lm.isfinite(lm.array([1.0, float(\"inf\")]))\n"
      "[True, False]";
};
LAMINA_OP(IsFinite)

}  // namespace lamina

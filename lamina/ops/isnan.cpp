// isnan(x): NaN alone differs from itself.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct IsNan : Elementwise<1, Types::Predicate> {
  static constexpr auto name = "isnan";
  static constexpr auto formula = [](auto x) { return x != x; };
  static constexpr auto no_gradient = "a comparison is constant almost everywhere";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether an element is NaN.\n>>> lm.isnan(lm.array([1.0, float(\"nan\")]))\n[False, True]";
};
LAMINA_OP(IsNan)

}  // namespace lamina

// logical_not(x): whether x is 0.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct LogicalNot : Elementwise<1, Types::Logical> {
  static constexpr auto name = "logical_not";
  static constexpr auto formula = [](auto x) { return !x; };
  static constexpr auto no_gradient = "truth values have no gradient";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether an element is false.\n>>> lm.logical_not(lm.array([True, False]))\n[False, True]";
};
LAMINA_OP(LogicalNot)

}  // namespace lamina

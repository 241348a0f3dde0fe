// logical_or(x, y): whether either element is true; anything but 0 is true.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct LogicalOr : Elementwise<2, Types::Logical> {
  static constexpr auto name = "logical_or";
  static constexpr auto formula = [](auto x, auto y) { return x | y; };
  static constexpr auto no_gradient = "truth values have no gradient";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether either element is true.\n"
      ">>> lm.logical_or(lm.array([True, True, False]), lm.array([True, False, False]))\n"
      "[True, True, False]";
};
LAMINA_OP(LogicalOr)

}  // namespace lamina

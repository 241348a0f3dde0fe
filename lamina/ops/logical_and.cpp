// logical_and(x, y): whether both elements are true; anything but 0 is true.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct LogicalAnd : Elementwise<2, Types::Logical> {
  static constexpr auto name = "logical_and";
  static constexpr auto formula = [](auto x, auto y) { return x & y; };
  static constexpr auto no_gradient = "truth values have no gradient";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether both elements are true.\n"
      ">>> lm.logical_and(lm.array([True, True, False]), lm.array([True, False, False]))\n"
      "[True, False, False]";
};
LAMINA_OP(LogicalAnd)

}  // namespace lamina

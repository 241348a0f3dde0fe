// logical_xor(x, y): whether exactly one element is true; anything but 0 is true.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct LogicalXor : Elementwise<2, Types::Logical> {
  static constexpr auto name = "logical_xor";
  static constexpr auto formula = [](auto x, auto y) { return x ^ y; };
  static constexpr auto no_gradient = "truth values have no gradient";
  static void samples(Samples& s) { s.any().empty(); }
  static constexpr auto doc =
      "Whether exactly one element is true.\n"
      ">>> lm.logical_xor(lm.array([True, True, False]), lm.array([True, False, False]))\n"
      "[False, True, False]";
};
LAMINA_OP(LogicalXor)

}  // namespace lamina

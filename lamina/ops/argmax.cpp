// argmax(x, axis): the position of the largest value along an axis, or in the flattened array; the
// first of equals.
#include "lamina/ops/arg_reduction.h"

namespace lamina {

struct ArgMax : ArgReduction<true> {
  static constexpr auto name = "argmax";
  static constexpr auto doc =
      "Position of the largest value.\n>>> lm.argmax(lm.array([[1, 5], [4, 3]]), axis=1)\n[1, 0]";
};
LAMINA_OP(ArgMax)

Array argmax(Array x, ArgOptions options) {
  return record_arg(ops::op_ArgMax(), std::move(x), options);
}

}  // namespace lamina

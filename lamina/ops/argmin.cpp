// argmin(x, axis): the position of the smallest value along an axis, or in the flattened array; the
// first of equals.
#include "lamina/ops/arg_reduction.h"

namespace lamina {

struct ArgMin : ArgReduction<false> {
  static constexpr auto name = "argmin";
  static constexpr auto doc =
      "Position of the smallest value.\n>>> lm.argmin(lm.array([[1, 5], [4, 3]]), axis=1)\n[0, 1]";
};
LAMINA_OP(ArgMin)

Array argmin(Array x, ArgOptions options) {
  return record_arg(ops::op_ArgMin(), std::move(x), options);
}

}  // namespace lamina

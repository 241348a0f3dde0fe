// cummax(x): the greatest value up to each place and where it stands, the last of equal ones.
#include "lamina/ops/running_extreme.h"

namespace lamina {

struct CumMax : RunningExtremeOp<true> {
  static constexpr auto name = "cummax";
  static constexpr auto doc =
      "The greatest value up to each place along an axis, and where it stands.\n"
      ">>> lm.cummax(lm.array([2, 1, 3]))[0]\n[2, 2, 3]";
};
LAMINA_OP(CumMax)

RunningExtreme cummax(Array x, int axis) {
  return record_running(ops::op_CumMax(), std::move(x), axis);
}

}  // namespace lamina

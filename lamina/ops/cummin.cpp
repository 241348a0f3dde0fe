// cummin(x): the least value up to each place and where it stands, the last of equal ones.
#include "lamina/ops/running_extreme.h"

namespace lamina {

struct CumMin : RunningExtremeOp<false> {
  static constexpr auto name = "cummin";
  static constexpr auto doc =
      "The least value up to each place along an axis, and where it stands.\n"
      ">>> lm.cummin(lm.array([2, 3, 1]))[0]\n[2, 2, 1]";
};
LAMINA_OP(CumMin)

RunningExtreme cummin(Array x, int axis) {
  return record_running(ops::op_CumMin(), std::move(x), axis);
}

}  // namespace lamina

// cumulative_min(x, axis): the smallest of the first entries.
#include "lamina/ops/cumulative_extreme.h"

namespace lamina {

struct CumulativeMin : CumulativeExtreme<false> {
  static constexpr auto name = "cumulative_min";
  static constexpr auto doc =
      "The smallest of the first entries along an axis.\n"
      ">>> lm.cumulative_min(lm.array([1, 3, 2]))\n[1, 1, 1]";
};
LAMINA_OP(CumulativeMin)

Array cumulative_min(Array x, std::optional<int> axis) {
  return record_extreme(ops::op_CumulativeMin(), std::move(x), axis);
}

}  // namespace lamina

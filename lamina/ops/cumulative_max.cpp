// cumulative_max(x, axis): the largest of the first entries.
#include "lamina/ops/cumulative_extreme.h"

namespace lamina {

struct CumulativeMax : CumulativeExtreme<true> {
  static constexpr auto name = "cumulative_max";
  static constexpr auto doc =
      "The largest of the first entries along an axis.\n"
      ">>> lm.cumulative_max(lm.array([1, 3, 2]))\n[1, 3, 3]";
};
LAMINA_OP(CumulativeMax)

Array cumulative_max(Array x, std::optional<int> axis) {
  return record_extreme(ops::op_CumulativeMax(), std::move(x), axis);
}

}  // namespace lamina

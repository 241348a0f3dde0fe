// round_to_int8(x): round_to.h with the range -128 .. 127.
#include "lamina/ops/round_to.h"

namespace lamina {

struct RoundToInt8 : RoundTo<DType::Int8, -128, 127> {
  static constexpr auto name = "round_to_int8";
  static constexpr auto doc =
      "The nearest integer, half to even, from -128 to 127.\n"
      ">>> lm.round_cast(lm.array([0.5, 1.5, -3.7, 999.0]))\n"
      "[0, 2, -4, 127]";
};
LAMINA_OP(RoundToInt8)

}  // namespace lamina

// round_to_uint8(x): round_to.h with the range 0 .. 255.
#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/quantized.h"
#include "lamina/ops/round_to.h"

namespace lamina {

LAMINA_USE_OP(RoundToInt8)

struct RoundToUInt8 : RoundTo<DType::UInt8, 0, 255> {
  static constexpr auto name = "round_to_uint8";
  static constexpr auto doc =
      "The nearest integer, half to even, from 0 to 255.\n"
      ">>> lm.round_cast(lm.array([0.5, 1.5, -3.7, 999.0]), lm.uint8)\n"
      "[0, 2, 0, 255]";
};
LAMINA_OP(RoundToUInt8)

Array round_cast(Array x, DType dtype) {
  if (!x) throw StateError("round_cast: x is an empty Array");
  if (dtype != int8 && dtype != uint8)
    throw DTypeError(text("round_cast: dtype ", dtype, ": expected int8 or uint8"));
  if (!is_floating(x.dtype())) x = astype(std::move(x), float64);
  const Op& op = dtype == int8 ? ops::op_RoundToInt8() : ops::op_RoundToUInt8();
  return record(op, make_attributes(CastAttributes{dtype}), std::move(x));
}

}  // namespace lamina

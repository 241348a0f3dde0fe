// round_cast(x, dtype): the nearest integer, half to even, cut to the range of the type; NaN
// becomes 0: the last step of quantising (ONNX QuantizeLinear), which 8-bit products apply to what
// they write.
#include "lamina/base/error.h"
#include "lamina/op/elementwise.h"
#include "lamina/ops/quantized.h"

namespace lamina {

struct RoundCast : Elementwise<1, Types::Cast> {
  static constexpr auto name = "round_cast";
  using Attributes = CastAttributes;
  static constexpr auto formula = [](auto x) { return round(x); };
  static constexpr auto no_gradient =
      "it is flat between its steps; lm.fake_quantize has a gradient to train with";
  static void samples(Samples& s) {
    s.call({{2, 3}}, Attributes{int8})
        .call({SampleInput({37}, float32, -400, 400)}, Attributes{uint8});
    s.call({SampleInput({5, 7}, float64, -200, 200)}, Attributes{int8});
    s.call({Shape{}}, Attributes{int32}).call({{0, 3}}, Attributes{int8});
  }
  static constexpr auto doc =
      "The nearest integer, half to even, cut to the range of the type.\n"
      ">>> lm.round_cast(lm.array([0.5, 1.5, -3.7, 999.0]))\n"
      "[0, 2, -4, 127]";
};
LAMINA_OP(RoundCast)

Array round_cast(Array x, DType dtype) {
  if (!x) throw StateError("round_cast: x is an empty Array");
  if (!is_integer(dtype)) {
    throw DTypeError(text("round_cast: expected an integer type, got ", dtype))
        .help("astype gives floating-point numbers");
  }
  return record(ops::op_RoundCast(), make_attributes(CastAttributes{dtype}), std::move(x));
}

}  // namespace lamina

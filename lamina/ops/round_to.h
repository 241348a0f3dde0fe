// round_to_int8, round_to_uint8: the nearest integer, half to even, cut to the range of the type (ONNX
// QuantizeLinear with scale 1). An op for each type, for the formula must know the range.
#pragma once

#include "lamina/op/elementwise.h"

namespace lamina {

// Operands are floating; round_cast() makes them so, and gives the op its type.
template <DType kType, int kLow, int kHigh>
struct RoundTo : Elementwise<1, Types::Cast> {
  using Attributes = CastAttributes;  // dtype: that of the op
  static constexpr auto formula = [](auto x) { return min(max(round(x), kLow), kHigh); };
  static constexpr auto no_gradient =
      "it is flat between its steps; lm.fake_quantize has a gradient to train with";
  static void samples(Samples& s) {
    s.call({{2, 3}}, Attributes{kType}).call({Shape{}}, Attributes{kType});
    s.call({SampleInput({1000}, float32, -400, 400)}, Attributes{kType});
    s.call({SampleInput({5, 7}, float64, -200, 300)}, Attributes{kType});
    s.call({SampleInput({65}, float16, -300, 300)}, Attributes{kType});
    s.call({{0, 3}}, Attributes{kType});
  }
};

}  // namespace lamina

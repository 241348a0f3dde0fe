// What the two 8-bit products share: the types of their operands, and what becomes of their sums.
#pragma once

#include <vector>

#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"

namespace lamina {

// x int8 or uint8, weight int8; scale and, where there is one, bias [outputs] of one floating type,
// which is that of the result.
void check_quantized(const Inference& c, int64_t outputs);

// The type in which a result of `scale`'s type is computed.
inline DType scaled_type(const Array& scale) {
  return scale.dtype() == float64 ? float64 : float32;
}

// y[i] = sums[i] * scale[channel_of(i)] + bias[..], for an op with inputs x, weight, scale, bias?.
template <class F>
void set_scaled(Reference& r, const std::vector<int64_t>& sums, F&& channel_of) {
  const std::vector<double> scale = values_of<double>(r.input(2));
  const std::vector<double> bias =
      r.input_count() > 3 ? values_of<double>(r.input(3)) : std::vector<double>(scale.size(), 0.0);
  std::vector<double> result(sums.size());
  for (size_t i = 0; i < sums.size(); ++i) {
    const auto channel = static_cast<size_t>(channel_of(i));
    result[i] = static_cast<double>(sums[i]) * scale[channel] + bias[channel];
  }
  set_values(r.output(), result);
}

}  // namespace lamina

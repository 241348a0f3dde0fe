// Integers of 8 and 16 bits that stand for real numbers: x = (q - zero_point) * scale. zero_point 0
// is the symmetric form. scale and zero_point are one number each, or one per entry of an axis.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// round(x / scale) + zero_point, half to even, cut to the range of the type (ONNX QuantizeLinear).
struct QuantizeOptions {
  int axis = 1;        // of scale and zero_point, where they are [C]
  DType dtype = int8;  // int8, uint8, int16 or uint16
};
Array quantize(Array x, Array scale, Array zero_point = 0, const QuantizeOptions& options = {});

// (q - zero_point) * scale, of scale's type.
struct DequantizeOptions {
  int axis = 1;
};
Array dequantize(Array q, Array scale, Array zero_point = 0, const DequantizeOptions& options = {});

// dequantize(quantize(x)) with the bounds quant_min and quant_max, for training: the gradient is
// that of x where x is inside the bounds and 0 outside (straight through the rounding; Bengio et
// al. 2013). Nothing flows to scale and zero_point.
struct FakeQuantizeOptions {
  int axis = 1;
  int64_t quant_min = -128;
  int64_t quant_max = 127;
};
Array fake_quantize(Array x, Array scale, Array zero_point = 0,
                    const FakeQuantizeOptions& options = {});

// scale and zero_point that cover low .. high and 0 exactly. symmetric: zero_point 0.
struct QuantizationRangeOptions {
  DType dtype = int8;
  bool symmetric = false;
};
struct QuantizationRange {
  Array scale, zero_point;
};
QuantizationRange quantization_range(Array low, Array high,
                                     const QuantizationRangeOptions& options = {});

}  // namespace lamina

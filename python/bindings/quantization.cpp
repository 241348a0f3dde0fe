// Integers that stand for real numbers.
#include "bindings.h"
#include "casters.h"
#include "lamina/ops/quantize.h"
#include "lamina/ops/quantized.h"
#include "windows.h"

namespace lamina::python {

void bind_quantization(nb::module_& m) {
  m.def(
      "quantize",
      [](Array x, Array scale, Array zero_point, int axis, nb::handle dtype) {
        return quantize(std::move(x), std::move(scale), std::move(zero_point),
                        {axis, to_dtype(dtype, int8)});
      },
      nb::arg("x"), nb::arg("scale"), nb::arg("zero_point") = 0, nb::arg("axis") = 1,
      nb::arg("dtype") = nb::none());  // its docstring stands with that of models
  m.def(
      "dequantize",
      [](Array q, Array scale, Array zero_point, int axis) {
        return dequantize(std::move(q), std::move(scale), std::move(zero_point), {axis});
      },
      nb::arg("q"), nb::arg("scale"), nb::arg("zero_point") = 0, nb::arg("axis") = 1,
      "(q - zero_point) * scale.\n"
      ">>> lm.dequantize(lm.array([0, 4], dtype=lm.int8), 0.5)\n"
      "[0, 2]");
  m.def(
      "fake_quantize",
      [](Array x, Array scale, Array zero_point, int axis, int64_t quant_min, int64_t quant_max) {
        return fake_quantize(std::move(x), std::move(scale), std::move(zero_point),
                             {axis, quant_min, quant_max});
      },
      nb::arg("x"), nb::arg("scale"), nb::arg("zero_point") = 0, nb::arg("axis") = 1,
      nb::arg("quant_min") = -128, nb::arg("quant_max") = 127,
      "x as it is after quantize and dequantize; its gradient goes straight through the rounding.\n"
      ">>> lm.fake_quantize(lm.array([0.2, 0.9]), 0.5)\n"
      "[0, 1]");
  m.def(
      "quantization_range",
      [](Array low, Array high, nb::handle dtype, bool symmetric) {
        QuantizationRange range =
            quantization_range(std::move(low), std::move(high), {to_dtype(dtype, int8), symmetric});
        return nb::make_tuple(std::move(range.scale), std::move(range.zero_point));
      },
      nb::arg("low"), nb::arg("high"), nb::arg("dtype") = nb::none(), nb::arg("symmetric") = false,
      "scale and zero_point that cover low .. high and 0 exactly.\n"
      ">>> lm.quantization_range(lm.array(-1.0), lm.array(1.55))\n"
      "(array(0.01, dtype=float32), array(-28, dtype=int8))");
  m.def(
      "round_cast",
      [](Array x, nb::handle dtype) { return round_cast(std::move(x), to_dtype(dtype, int8)); },
      nb::arg("x"), nb::arg("dtype") = nb::none(),
      "The nearest integer, half to even, cut to the range of int8 or uint8.\n"
      ">>> lm.round_cast(lm.array([0.5, 1.5, -3.7, 999.0]))\n"
      "[0, 2, -4, 127]");
  m.def(
      "quantized_linear",
      [](Array x, Array weight, Array scale, std::optional<Array> bias) {
        return quantized_linear(std::move(x), std::move(weight), std::move(scale),
                                bias ? std::move(*bias) : Array());
      },
      nb::arg("x"), nb::arg("weight"), nb::arg("scale"), nb::arg("bias") = nb::none(),
      "Product of 8-bit integers, scaled to float32: scale * (x weight^T) + bias.\n"
      ">>> x, weight = lm.array([[1, 2]], dtype=lm.uint8), lm.array([[3, -4]], dtype=lm.int8)\n"
      ">>> lm.quantized_linear(x, weight, lm.array([0.5]), lm.array([1.0]))\n[[-1.5]]");
  m.def(
      "quantized_conv",
      [](Array x, Array weight, Array scale, std::optional<Array> bias, nb::handle stride,
         nb::handle padding, nb::handle dilation, int64_t groups) {
        return quantized_conv(std::move(x), std::move(weight), std::move(scale),
                              bias ? std::move(*bias) : Array(),
                              to_conv_options(stride, padding, dilation, groups));
      },
      nb::arg("x"), nb::arg("weight"), nb::arg("scale"), nb::arg("bias") = nb::none(),
      nb::arg("stride") = 1, nb::arg("padding") = 0, nb::arg("dilation") = 1, nb::arg("groups") = 1,
      "Convolution of 8-bit integers in any number of axes, scaled to float32.\n"
      ">>> x = lm.array([[[1, 2, 3]]], dtype=lm.uint8)\n"
      ">>> lm.quantized_conv(x, lm.array([[[1, 1]]], dtype=lm.int8), lm.array([0.5]))\n"
      "[[[1.5, 2.5]]]");
}

}  // namespace lamina::python

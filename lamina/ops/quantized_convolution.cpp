// quantized_convolution(x, weight, scale, bias?): scale[o] * (the convolution of the 8-bit integers
// x and weight)[n, o, ..] + bias[o], with exact sums (ONNX ConvInteger, then a scale and a bias).
// Where no kernel multiplies 8-bit integers it is the convolution of the same numbers as float32,
// exact while a sum stays below 2^24.
#include "lamina/op/samples.h"
#include "lamina/ops/channel_axes.h"
#include "lamina/ops/convolution_rule.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/quantized.h"
#include "lamina/ops/quantized_rule.h"

namespace lamina {

struct QuantizedConvolution {
  static constexpr auto name = "quantized_convolution";
  static constexpr const char* inputs[] = {"x", "weight", "scale", "bias?"};
  using Attributes = ConvolutionAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    check_convolution(c, a, c.shape(0), c.shape(1));
    check_quantized(c, c.shape(1)[0]);
    c.output(c.dtype(2), convolution_shape(c, a, c.shape(0), c.shape(1)));
  }
  static constexpr auto no_gradient =
      "it multiplies integers; lm.quantization_aware trains a model that becomes one of integers";
  static void reference(Reference& r) {
    const auto y = r.output();
    const std::vector<int64_t> x = values_of<int64_t>(r.input(0)),
                               weight = values_of<int64_t>(r.input(1));
    std::vector<int64_t> sums(static_cast<size_t>(y.elements()));
    each_product(r.attributes<Attributes>(), r.input(0).shape(), r.input(1).shape(), y.shape(),
                 [&](int64_t xi, int64_t wi, int64_t yi) { sums[yi] += x[xi] * weight[wi]; });
    int64_t points = 1;
    for (int axis = 2; axis < y.rank(); ++axis) points *= y.size(axis);
    set_scaled(r, sums, [&](size_t i) { return static_cast<int64_t>(i) / points % y.size(1); });
  }
  static Array decompose(Context& c) {
    const int rank = c.input(0).ndim();
    const DType dtype = scaled_type(c.input(2));
    auto each = [&](int i) { return per_channel(astype(c.input(i), dtype), rank); };
    Array y = convolution(astype(c.input(0), dtype), astype(c.input(1), dtype), {},
                          c.attributes<Attributes>()) *
              each(2);
    if (c.input_count() > 3) y = y + each(3);
    return astype(std::move(y), c.input(2).dtype());
  }
  static double flops(const KernelRequest& request) {
    return convolution_flops(request.inputs[1].shape, request.outputs[0].shape);
  }
  static SampleInput bytes(Shape shape, DType dtype = int8) {
    return {std::move(shape), dtype, dtype == uint8 ? 0.0 : -127.0, dtype == uint8 ? 255.0 : 127.0};
  }
  static void samples(Samples& s) {
    s.call({bytes({2, 3, 8}), bytes({4, 3, 3}), {4}, {4}}, Attributes{{1}, {1}, {1}, {1}, 1});
    s.call({bytes({2, 4, 7, 6}, uint8), bytes({6, 2, 3, 2}), {6}},
           Attributes{{2, 1}, {1, 0}, {0, 2}, {1, 2}, 2});
    s.call({bytes({1, 2, 4, 5, 3}), bytes({3, 2, 2, 2, 2}), {3}, {3}},
           Attributes{{1, 2, 1}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}, 1});
    s.call({bytes({2, 4, 5, 5}, uint8), bytes({4, 1, 3, 3}), {4}, {4}},
           Attributes{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 4});
    s.call({bytes({2, 32, 9, 9}, uint8), bytes({48, 32, 3, 3}), {48}, {48}},
           Attributes{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1});
    s.call({bytes({0, 3, 8}), bytes({4, 3, 3}), {4}}, Attributes{{1}, {1}, {1}, {1}, 1});
    s.call({bytes({1, 1, 1, 1}), bytes({1, 1, 1, 1}), {1}, {1}},
           Attributes{{1, 1}, {0, 0}, {0, 0}, {1, 1}, 1});
  }
  static void bad_samples(BadSamples& s) {
    const Attributes plain{{1}, {0}, {0}, {1}, 1};
    s.call({bytes({2, 3, 8}), bytes({4, 2, 3}), {4}}, plain, "expected 2 input channels, got 3");
    s.call({bytes({2, 3, 2}), bytes({4, 3, 3}), {4}}, plain, "the window does not fit on axis 2");
    s.call({{2, 3, 8}, bytes({4, 3, 3}), {4}}, plain, "expected x of int8 or uint8, got float32");
    s.call({bytes({2, 3, 8}), {4, 3, 3}, {4}}, plain, "expected a weight of int8, got float32");
    s.call({bytes({2, 3, 8}), bytes({4, 3, 3}), {1}}, plain, "expected scale [4], got [1]");
    s.call({bytes({2, 3, 8}), bytes({4, 3, 3}), {4}, {3}}, plain, "expected bias [4], got [3]");
  }
  static constexpr auto doc =
      "Convolution of 8-bit integers, scaled to float32.\n"
      ">>> x = lm.array([[[1, 2, 3]]], dtype=lm.uint8)\n"
      ">>> lm.quantized_conv(x, lm.array([[[1, 1]]], dtype=lm.int8), lm.array([0.5]))\n"
      "[[[1.5, 2.5]]]";
};
LAMINA_OP(QuantizedConvolution)

Array quantized_convolution(Array x, Array weight, Array scale, Array bias,
                            ConvolutionAttributes attributes) {
  AttributesRef a = make_attributes(std::move(attributes));
  if (!bias) {
    return record(ops::op_QuantizedConvolution(), std::move(a), std::move(x), std::move(weight),
                  std::move(scale));
  }
  return record(ops::op_QuantizedConvolution(), std::move(a), std::move(x), std::move(weight),
                std::move(scale), std::move(bias));
}

}  // namespace lamina

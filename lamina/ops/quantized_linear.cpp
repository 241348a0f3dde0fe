// quantized_linear(x, weight, scale, bias?): y[.., o] = scale[o] * sum over k of x[.., k] *
// weight[o, k] + bias[o], with x and weight of 8 bits and an exact sum (ONNX MatMulInteger, then a
// scale and a bias). Where no kernel multiplies 8-bit integers it is the product of the same
// numbers as float32, exact while a sum stays below 2^24.
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/quantized.h"
#include "lamina/ops/quantized_rule.h"

namespace lamina {

struct QuantizedLinear {
  static constexpr auto name = "quantized_linear";
  static constexpr const char* inputs[] = {"x", "weight", "scale", "bias?"};
  static void infer(Inference& c) {
    const Shape &x = c.shape(0), &weight = c.shape(1);
    if (weight.rank() != 2) throw c.error<ShapeError>("expected a weight [O, K], got ", weight);
    if (x.rank() < 1 || x.back() != weight[1]) {
      throw c.error<ShapeError>("expected x [.., ", weight[1], "] for a weight ", weight, ", got ",
                                x);
    }
    check_quantized(c, weight[0]);
    Shape shape = x;
    shape.back() = weight[0];
    c.output(c.dtype(2), std::move(shape));
  }
  static constexpr auto no_gradient =
      "it multiplies integers; lm.quantization_aware trains a model that becomes one of integers";
  static void reference(Reference& r) {
    const std::vector<int64_t> x = values_of<int64_t>(r.input(0)),
                               weight = values_of<int64_t>(r.input(1));
    const int64_t depth = r.input(1).size(1), columns = r.input(1).size(0);
    std::vector<int64_t> sums(static_cast<size_t>(r.output().elements()));
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto row = static_cast<int64_t>(i) / columns,
                 column = static_cast<int64_t>(i) % columns;
      for (int64_t k = 0; k < depth; ++k)
        sums[i] += x[row * depth + k] * weight[column * depth + k];
    }
    set_scaled(r, sums, [&](size_t i) { return static_cast<int64_t>(i) % columns; });
  }
  static Array decompose(Context& c) {
    const DType dtype = scaled_type(c.input(2));
    Array y =
        linear(astype(c.input(0), dtype), astype(c.input(1), dtype)) * astype(c.input(2), dtype);
    if (c.input_count() > 3) y = y + astype(c.input(3), dtype);
    return astype(std::move(y), c.input(2).dtype());
  }
  static double flops(const KernelRequest& request) {
    return 2.0 * static_cast<double>(request.inputs[1].shape[1]) *
           static_cast<double>(request.outputs[0].shape.elements());
  }
  static SampleInput bytes(Shape shape, DType dtype = int8) {
    return {std::move(shape), dtype, dtype == uint8 ? 0.0 : -127.0, dtype == uint8 ? 255.0 : 127.0};
  }
  static void samples(Samples& s) {
    s.call({bytes({2, 3}, uint8), bytes({4, 3}), {4}, {4}})
        .call({bytes({2, 3}), bytes({4, 3}), {4}});
    s.call({bytes({37, 130}, uint8), bytes({65, 130}), {65}, {65}});
    s.call({bytes({1, 64}), bytes({10, 64}), {10}, {10}}).call({bytes({5}), bytes({3, 5}), {3}});
    s.call({bytes({2, 3, 8}), bytes({16, 8}), {16}}).call({bytes({0, 8}), bytes({3, 8}), {3}});
    s.call({bytes({1, 1}), bytes({1, 1}), {1}, {1}}).call({bytes({2, 0}), bytes({3, 0}), {3}, {3}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({bytes({2, 3}), bytes({4, 2}), {4}},
           "expected x [.., 2] for a weight [4, 2], got [2, 3]");
    s.call({{2, 3}, bytes({4, 3}), {4}}, "expected x of int8 or uint8, got float32");
    s.call({bytes({2, 3}), bytes({4, 3}, uint8), {4}}, "expected a weight of int8, got uint8");
    s.call({bytes({2, 3}), bytes({4, 3}), {3}}, "expected scale [4], got [3]");
    s.call({bytes({2, 3}), bytes({4, 3}), {4}, SampleInput({4}, float64)},
           "expected bias of float32 as scale, got float64");
    s.call({bytes({2, 3}), bytes({3}), {4}}, "expected a weight [O, K], got [3]");
  }
  static constexpr auto doc =
      "Product of 8-bit integers, scaled to float32: scale * (x weight^T) + bias.\n"
      ">>> x, weight = lm.array([[1, 2]], dtype=lm.uint8), lm.array([[3, -4]], dtype=lm.int8)\n"
      ">>> lm.quantized_linear(x, weight, lm.array([0.5]), lm.array([1.0]))\n[[-1.5]]";
};
LAMINA_OP(QuantizedLinear)

Array quantized_linear(Array x, Array weight, Array scale, Array bias) {
  if (!bias) {
    return record(ops::op_QuantizedLinear(), {}, std::move(x), std::move(weight), std::move(scale));
  }
  return record(ops::op_QuantizedLinear(), {}, std::move(x), std::move(weight), std::move(scale),
                std::move(bias));
}

}  // namespace lamina

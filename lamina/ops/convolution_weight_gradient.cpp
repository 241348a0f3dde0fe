// convolution_weight_gradient(x, cotangent): the transpose of convolution as a map of the weight,
// -> [O, C / groups, kernel..].
#include "lamina/op/samples.h"
#include "lamina/ops/convolution_rule.h"

namespace lamina {

struct ConvolutionWeightGradient {
  static constexpr auto name = "convolution_weight_gradient";
  static constexpr const char* inputs[] = {"x", "cotangent"};
  static constexpr auto autocast = Autocast::Lower;
  using Attributes = ConvolutionGradientAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape &x = c.shape(0), &g = c.shape(1);
    if (x.rank() != g.rank() || x.rank() < 3 || static_cast<int>(a.shape.size()) != x.rank() - 2) {
      throw c.error<ShapeError>("expected x and a cotangent of one rank >= 3 and ", x.rank() - 2,
                                " kernel sizes, got ", x, ", ", g, " and ", a.shape);
    }
    if (a.groups < 1 || x[1] % a.groups != 0) {
      throw c.error<ShapeError>("the ", x[1], " input channels do not divide into ", a.groups,
                                " groups");
    }
    Shape weight{g[1], x[1] / a.groups};
    for (int64_t size : a.shape) weight.push_back(size);
    check_shape(weight, size_of(c.dtype(0)), "convolution_weight_gradient: shape");
    check_convolution(c, a, x, weight);
    check_convolution_types(c);
    const Shape y = convolution_shape(c, a, x, weight);
    if (!(y == g)) throw c.error<ShapeError>("expected a cotangent ", y, ", got ", g);
    c.output(c.dtype(0), std::move(weight));
  }
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const Array u = c.cotangent();
    if (c.wants(0)) {
      c.give(0, convolution_input_gradient(c.input(1), u, a, spatial_sizes(c.input(0).shape())));
    }
    if (c.wants(1)) c.give(1, convolution(c.input(0), u, {}, a));
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) {
      using T = decltype(zero);
      const std::vector<T> x = values_of<T>(r.input(0)), g = values_of<T>(r.input(1));
      std::vector<T> result(static_cast<size_t>(r.output().elements()));
      each_product(r.attributes<Attributes>(), r.input(0).shape(), r.output().shape(),
                   r.input(1).shape(),
                   [&](int64_t xi, int64_t wi, int64_t yi) { result[wi] += x[xi] * g[yi]; });
      set_values(r.output(), result);
    });
  }
  static double flops(const KernelRequest& request) {
    return convolution_flops(request.outputs[0].shape, request.inputs[1].shape);
  }
  static void samples(Samples& s) {
    s.call({{2, 3, 8}, {2, 4, 8}}, with_shape({{1}, {1}, {1}, {1}, 1}, {3}));
    s.call({{2, 4, 7, 6}, {2, 6, 3, 6}}, with_shape({{2, 1}, {1, 0}, {0, 2}, {1, 2}, 2}, {3, 2}));
    s.call({{0, 3, 8}, {0, 4, 6}}, with_shape({{1}, {0}, {0}, {1}, 1}, {3}));
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3, 8}, {2, 4, 8}}, with_shape({{1}, {0}, {0}, {1}, 1}, {3}),
           "expected a cotangent [2, 4, 6]");
    s.call({{2, 3, 8}, {2, 4}}, with_shape({{1}, {0}, {0}, {1}, 1}, {3}), "of one rank >= 3");
    s.call({{2, 3, 8}, {2, 4, 8}}, with_shape({{1}, {0}, {0}, {1}, 2}, {3}),
           "do not divide into 2 groups");
  }
  static constexpr auto doc = "The gradient of a convolution with respect to its weight.";

  static Attributes with_shape(ConvolutionAttributes attributes, IntList shape) {
    return {std::move(attributes), std::move(shape)};
  }
};
LAMINA_OP(ConvolutionWeightGradient)

Array convolution_weight_gradient(Array x, Array cotangent, ConvolutionAttributes attributes,
                                  const IntList& kernel_sizes) {
  return record(
      ops::op_ConvolutionWeightGradient(),
      make_attributes(ConvolutionWeightGradient::with_shape(std::move(attributes), kernel_sizes)),
      std::move(x), std::move(cotangent));
}

}  // namespace lamina

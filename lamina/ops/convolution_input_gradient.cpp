// convolution_input_gradient(cotangent, weight): the transpose of convolution as a map of x, [N, O,
// positions..] -> [N, C, sizes..]. Also what others call a transposed convolution.
#include "lamina/op/samples.h"
#include "lamina/ops/convolution_rule.h"

namespace lamina {

struct ConvolutionInputGradient {
  static constexpr auto name = "convolution_input_gradient";
  static constexpr const char* inputs[] = {"cotangent", "weight"};
  static constexpr auto autocast = Autocast::Lower;
  using Attributes = ConvolutionGradientAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape &g = c.shape(0), &weight = c.shape(1);
    if (weight.rank() != g.rank() || g.rank() < 3 ||
        static_cast<int>(a.shape.size()) != g.rank() - 2) {
      throw c.error<ShapeError>("expected a cotangent and a weight of one rank >= 3 and ",
                                g.rank() - 2, " spatial sizes, got ", g, ", ", weight, " and ",
                                a.shape);
    }
    Shape x{g[0], 0};
    for (int64_t size : a.shape) x.push_back(size);
    if (a.groups < 1 || __builtin_mul_overflow(weight[1], a.groups, &x[1])) {
      throw c.error<ValueError>("groups ", a.groups, " do not fit");
    }
    check_shape(x, size_of(c.dtype(0)), "convolution_input_gradient: shape");
    check_convolution(c, a, x, weight);
    check_convolution_types(c);
    const Shape y = convolution_shape(c, a, x, weight);
    if (!(y == g)) throw c.error<ShapeError>("expected a cotangent ", y, ", got ", g);
    c.output(c.dtype(0), std::move(x));
  }
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const Array u = c.cotangent();
    if (c.wants(0)) c.give(0, convolution(u, c.input(1), {}, a));
    if (c.wants(1)) {
      c.give(1, convolution_weight_gradient(u, c.input(0), a, spatial_sizes(c.input(1).shape())));
    }
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) {
      using T = decltype(zero);
      const std::vector<T> g = values_of<T>(r.input(0)), weight = values_of<T>(r.input(1));
      std::vector<T> result(static_cast<size_t>(r.output().elements()));
      each_product(r.attributes<Attributes>(), r.output().shape(), r.input(1).shape(),
                   r.input(0).shape(),
                   [&](int64_t xi, int64_t wi, int64_t yi) { result[xi] += g[yi] * weight[wi]; });
      set_values(r.output(), result);
    });
  }
  static double flops(const KernelRequest& request) {
    return convolution_flops(request.inputs[1].shape, request.inputs[0].shape);
  }
  static void samples(Samples& s) {
    s.call({{2, 4, 8}, {4, 3, 3}}, with_shape({{1}, {1}, {1}, {1}, 1}, {8}));
    s.call({{2, 6, 3, 6}, {6, 2, 3, 2}}, with_shape({{2, 1}, {1, 0}, {0, 2}, {1, 2}, 2}, {7, 6}));
    s.call({{0, 4, 6}, {4, 3, 3}}, with_shape({{1}, {0}, {0}, {1}, 1}, {8}));
    s.call({{2, 4, 2}, {4, 3, 2}}, with_shape({{4}, {0}, {0}, {1}, 1}, {9}));
    s.call({{1, 1, 1, 1}, {1, 1, 1, 1}}, with_shape({{1, 1}, {0, 0}, {0, 0}, {1, 1}, 1}, {1, 1}));
    s.call({{2, 4, 2, 3, 2}, {4, 1, 2, 2, 1}},
           with_shape({{2, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, 4}, {4, 4, 2}));
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 4, 8}, {4, 3, 3}}, with_shape({{1}, {0}, {0}, {1}, 1}, {8}),
           "expected a cotangent [2, 4, 6]");
    s.call({{2, 4, 8}, {4, 3}}, with_shape({{1}, {0}, {0}, {1}, 1}, {8}), "of one rank >= 3");
    s.call({{2, 4, 6}, {4, 3, 3}}, with_shape({{1}, {0}, {0}, {1}, 1}, {-8}), "negative");
  }
  static constexpr auto doc = "The gradient of a convolution with respect to its input.";

  static Attributes with_shape(ConvolutionAttributes attributes, IntList shape) {
    return {std::move(attributes), std::move(shape)};
  }
};
LAMINA_OP(ConvolutionInputGradient)

Array convolution_input_gradient(Array cotangent, Array weight, ConvolutionAttributes attributes,
                                 const IntList& input_sizes) {
  return record(
      ops::op_ConvolutionInputGradient(),
      make_attributes(ConvolutionInputGradient::with_shape(std::move(attributes), input_sizes)),
      std::move(cotangent), std::move(weight));
}

}  // namespace lamina

// convolution(x, weight, bias?): y[n, o, p] = bias[o] + sum over c, t of x[n, c, p * stride + t *
// dilation - padding_low] * weight[o, c, t], where c runs over the channels of o's group and x is 0
// outside.
#include "lamina/op/samples.h"
#include "lamina/ops/convolution_rule.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct Convolution {
  static constexpr auto name = "convolution";
  static constexpr const char* inputs[] = {"x", "weight", "bias?"};
  static constexpr auto autocast = Autocast::Lower;
  using Attributes = ConvolutionAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    check_convolution(c, a, c.shape(0), c.shape(1));
    check_convolution_types(c);
    if (c.input_count() > 2 && !(c.shape(2) == Shape{c.shape(1)[0]})) {
      throw c.error<ShapeError>("expected a bias [", c.shape(1)[0], "], got ", c.shape(2));
    }
    c.output(c.dtype(0), convolution_shape(c, a, c.shape(0), c.shape(1)));
  }
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const Array g = c.cotangent();
    if (c.wants(0)) {
      c.give(0, convolution_input_gradient(g, c.input(1), a, spatial_sizes(c.input(0).shape())));
    }
    if (c.wants(1)) {
      c.give(1, convolution_weight_gradient(c.input(0), g, a, spatial_sizes(c.input(1).shape())));
    }
    if (c.input_count() > 2 && c.wants(2)) {
      IntList axes{0};
      for (int axis = 2; axis < g.ndim(); ++axis) axes.push_back(axis);
      c.give(2, sum(g, {.axis = axes}));
    }
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto y = r.output();
      const std::vector<T> x = values_of<T>(r.input(0)), weight = values_of<T>(r.input(1));
      std::vector<T> result(static_cast<size_t>(y.elements()));
      if (r.input_count() > 2) {
        const std::vector<T> bias = values_of<T>(r.input(2));
        const int64_t channels = y.size(1),
                      points = result.empty() ? 1 : y.elements() / y.size(0) / channels;
        for (size_t i = 0; i < result.size(); ++i) result[i] = bias[i / points % channels];
      }
      each_product(r.attributes<Attributes>(), r.input(0).shape(), r.input(1).shape(), y.shape(),
                   [&](int64_t xi, int64_t wi, int64_t yi) { result[yi] += x[xi] * weight[wi]; });
      set_values(y, result);
    });
  }
  static double flops(const KernelRequest& request) {
    return convolution_flops(request.inputs[1].shape, request.outputs[0].shape);
  }
  static void samples(Samples& s) {
    s.call({{2, 3, 8}, {4, 3, 3}, {4}}, Attributes{{1}, {1}, {1}, {1}, 1});
    s.call({{2, 4, 7, 6}, {6, 2, 3, 2}}, Attributes{{2, 1}, {1, 0}, {0, 2}, {1, 2}, 2});
    s.call({{1, 2, 4, 5, 3}, {3, 2, 2, 2, 2}, {3}},
           Attributes{{1, 2, 1}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}, 1});
    s.call({{2, 4, 5, 5}, {4, 1, 3, 3}, {4}}, Attributes{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 4});
    s.call({{0, 3, 8}, {4, 3, 3}}, Attributes{{1}, {1}, {1}, {1}, 1});
    s.call({{2, 3, 9}, {4, 3, 2}}, Attributes{{4}, {0}, {0}, {1}, 1});  // stride over the kernel
    s.call({{1, 1, 1, 1}, {1, 1, 1, 1}, {1}}, Attributes{{1, 1}, {0, 0}, {0, 0}, {1, 1}, 1});
    s.call({{3, 6, 4, 1}, {3, 2, 1, 1}}, Attributes{{1, 2}, {0, 0}, {0, 0}, {1, 1}, 3});
    s.call({SampleInput({2, 2, 5}, int32), SampleInput({2, 1, 2}, int32)},
           Attributes{{2}, {1}, {0}, {1}, 2});
  }
  static void bad_samples(BadSamples& s) {
    const Attributes plain{{1}, {0}, {0}, {1}, 1};
    s.call({{2, 3, 8}, {4, 2, 3}}, plain, "expected 2 input channels, got 3");
    s.call({{2, 3, 8}, {4, 3, 3}, {3}}, plain, "expected a bias [4], got [3]");
    s.call({{2, 3, 2}, {4, 3, 3}}, plain, "the window does not fit on axis 2");
    s.call({{2, 3}, {4, 3}}, Attributes{}, "expected x [N, C, spatial..]");
    s.call({{2, 3, 8}, {4, 3}}, plain, "expected a weight");
    s.call({{2, 3, 8}, {4, 3, 0}}, plain, "kernel must not be empty");
    s.call({{2, 3, 8}, {4, 3, 3}}, Attributes{{0}, {0}, {0}, {1}, 1},
           "stride [0]: expected 1 or more");
    s.call({{2, 3, 8}, {4, 3, 3}}, Attributes{{1}, {-1}, {0}, {1}, 1}, "padding_low [-1]");
    s.call({{2, 4, 8}, {3, 2, 3}}, Attributes{{1}, {0}, {0}, {1}, 2},
           "do not divide into 2 groups");
    s.call({{2, 3, 8}, {4, 3, 3}}, Attributes{{1, 1}, {0}, {0}, {1}, 1}, "expected 1 numbers");
  }
  static constexpr auto doc =
      "Convolution (cross-correlation) over spatial axes.\n"
      ">>> x = lm.array([[[1, 2, 3]]], dtype=lm.float32)\n"
      ">>> lm.conv1d(x, lm.array([[[1, 1]]], dtype=lm.float32))\n[[[3, 5]]]";
};
LAMINA_OP(Convolution)

Array convolution(Array x, Array weight, Array bias, ConvolutionAttributes attributes) {
  AttributesRef a = make_attributes(std::move(attributes));
  if (!bias) return record(ops::op_Convolution(), std::move(a), std::move(x), std::move(weight));
  return record(ops::op_Convolution(), std::move(a), std::move(x), std::move(weight),
                std::move(bias));
}

}  // namespace lamina

// average_pool(x): the mean of each window; padding counts as zeros, or not at all without
// count_padding.
#include "lamina/op/samples.h"
#include "lamina/ops/pooling_rule.h"

namespace lamina {

struct AveragePool {
  static constexpr auto name = "average_pool";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = PoolingAttributes;
  static void infer(Inference& c) {
    if (!is_floating(c.dtype(0)))
      throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0));
    c.output(c.dtype(0), pooling_shape(c, c.attributes<Attributes>(), c.shape(0)));
  }
  static void gradient(Context& c) {
    c.give(0, average_pool_gradient(c.cotangent(), c.attributes<Attributes>(),
                                    spatial_sizes(c.input(0).shape())));
  }
  static void reference(Reference& r) {
    const auto& a = r.attributes<Attributes>();
    const std::vector<double> x = values_of<double>(r.input(0));
    std::vector<double> result(static_cast<size_t>(r.output().elements()));
    each_window(a, r.input(0).shape(), r.output().shape(),
                [&](int64_t y, const std::vector<int64_t>& points) {
                  for (int64_t point : points) result[y] += x[point];
                  result[y] /= average_count(a, points.size());
                });
    set_values(r.output(), result);
  }
  static void samples(Samples& s) {
    s.call({{2, 3, 8}}, Attributes{{2}, {2}, {0}, {0}})
        .call({{0, 3, 8}}, Attributes{{2}, {2}, {0}, {0}});
    s.call({{2, 3, 7, 6}}, Attributes{{3, 2}, {2, 1}, {1, 0}, {0, 1}});
    s.call({{2, 3, 7, 6}}, Attributes{{3, 2}, {2, 1}, {1, 0}, {0, 1}, false});
    s.call({{1, 2, 4, 5, 3}}, Attributes{{2, 2, 2}, {2, 1, 1}, {0, 1, 0}, {1, 0, 0}});
    s.call({{1, 1, 1}}, Attributes{{1}, {1}, {0}, {0}});
    s.call({{2, 3, 9, 8}}, Attributes{{2, 3}, {4, 5}, {0, 1}, {1, 0}});  // strides over the window
  }
  static void bad_samples(BadSamples& s) {
    s.call({SampleInput({2, 3, 8}, int32)}, Attributes{{2}, {2}, {0}, {0}},
           "expected floating-point numbers");
    s.call({{2, 3, 2}}, Attributes{{3}, {1}, {0}, {0}}, "the window does not fit on axis 2");
  }
  static constexpr auto doc =
      "The mean of each window.\n"
      ">>> lm.avg_pool1d(lm.array([[[1, 3, 2, 0]]], dtype=lm.float32), window=2)\n[[[2, 1]]]";
};
LAMINA_OP(AveragePool)

Array average_pool(Array x, PoolingAttributes attributes) {
  return record(ops::op_AveragePool(), make_attributes(std::move(attributes)), std::move(x));
}

}  // namespace lamina

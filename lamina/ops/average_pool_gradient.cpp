// average_pool_gradient(cotangent): spreads each entry evenly over its window; the transpose of
// average_pool.
#include "lamina/op/samples.h"
#include "lamina/ops/pooling_rule.h"

namespace lamina {

struct AveragePoolGradient {
  static constexpr auto name = "average_pool_gradient";
  static constexpr const char* inputs[] = {"cotangent"};
  using Attributes = PoolingGradientAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape& g = c.shape(0);
    if (!is_floating(c.dtype(0)))
      throw c.error<DTypeError>("expected floating-point numbers, got ", c.dtype(0));
    if (g.rank() < 3 || static_cast<int>(a.shape.size()) != g.rank() - 2) {
      throw c.error<ShapeError>("expected a cotangent [N, C, positions..] and as many sizes, got ",
                                g, " and ", a.shape);
    }
    Shape x{g[0], g[1]};
    for (int64_t size : a.shape) x.push_back(size);
    check_shape(x, size_of(c.dtype(0)), "average_pool_gradient: shape");
    const Shape y = pooling_shape(c, a, x);
    if (!(y == g)) throw c.error<ShapeError>("expected a cotangent ", y, ", got ", g);
    c.output(c.dtype(0), std::move(x));
  }
  static void gradient(Context& c) {
    c.give(0, average_pool(c.cotangent(), c.attributes<Attributes>()));
  }
  static void reference(Reference& r) {
    const auto& a = r.attributes<Attributes>();
    const std::vector<double> g = values_of<double>(r.input(0));
    std::vector<double> result(static_cast<size_t>(r.output().elements()));
    each_window(a, r.output().shape(), r.input(0).shape(),
                [&](int64_t y, const std::vector<int64_t>& points) {
                  const double share = g[y] / average_count(a, points.size());
                  for (int64_t point : points) result[point] += share;
                });
    set_values(r.output(), result);
  }
  static void samples(Samples& s) {
    s.call({{2, 3, 4}}, with_shape({{2}, {2}, {0}, {0}}, {8}));
    s.call({{2, 3, 3, 6}}, with_shape({{3, 2}, {2, 1}, {1, 0}, {0, 1}}, {7, 6}));
    s.call({{2, 3, 3, 6}}, with_shape({{3, 2}, {2, 1}, {1, 0}, {0, 1}, false}, {7, 6}));
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3, 8}}, with_shape({{2}, {2}, {0}, {0}}, {8}), "expected a cotangent [2, 3, 4]");
    s.call({{2, 3, 8}}, with_shape({{2}, {2}, {0}, {0}}, {8, 8}), "as many sizes");
  }
  static constexpr auto doc = "The gradient of average_pool with respect to its input.";

  static Attributes with_shape(PoolingAttributes attributes, IntList shape) {
    return {std::move(attributes), std::move(shape)};
  }
};
LAMINA_OP(AveragePoolGradient)

Array average_pool_gradient(Array cotangent, PoolingAttributes attributes,
                            const IntList& input_sizes) {
  return record(
      ops::op_AveragePoolGradient(),
      make_attributes(AveragePoolGradient::with_shape(std::move(attributes), input_sizes)),
      std::move(cotangent));
}

}  // namespace lamina

// weighted_scatter(cotangent, indices, weights): the transpose of weighted_take as a map of x,
// x[b, c, indices[b, p, k], i] += weights[b, p, k] * cotangent[b, c, p, i].
#include "lamina/op/samples.h"
#include "lamina/ops/weighted_take_rule.h"

namespace lamina {

struct WeightedScatter {
  static constexpr auto name = "weighted_scatter";
  static constexpr const char* inputs[] = {"cotangent", "indices", "weights"};
  static constexpr bool checks_values = true;
  struct Attributes {
    int64_t size = 0;
    template <class V>
    void fields(V&& v) {
      v("size", size);
    }
  };
  static void infer(Inference& c) {
    const Shape& g = c.shape(0);
    check_weighted_indices(c, g);
    check_weighted_float(c, 0), check_weighted_float(c, 2);
    if (c.shape(1)[1] != g[2] || !(c.shape(2) == c.shape(1))) {
      throw c.error<ShapeError>("expected indices and weights [", g[0], ", ", g[2], ", K], got ",
                                c.shape(1), " and ", c.shape(2));
    }
    c.output(c.dtype(0), Shape{g[0], g[1], c.attributes<Attributes>().size, g[3]});
  }
  static void gradient(Context& c) {
    const Array u = c.cotangent();
    if (c.wants(0)) c.give(0, weighted_take(u, c.input(1), c.input(2)));
    if (c.wants(2)) c.give(2, weighted_products(u, c.input(1), c.input(0)));
  }
  static void reference(Reference& r) {
    const auto g = r.input(0), x = r.output();
    const std::vector<double> from = values_of<double>(g), weights = values_of<double>(r.input(2));
    std::vector<double> result(static_cast<size_t>(x.elements()));
    each_weighted_term(r, r.input(1), x.shape(), g.shape(), [&](int64_t xi, int64_t w, int64_t yi) {
      result[xi] += weights[w] * from[yi];
    });
    set_values(x, result);
  }
  static void samples(Samples& s) {
    s.call({{2, 3, 4, 2}, SampleInput({2, 4, 3}, int64, -1, 4), {2, 4, 3}}, Attributes{5});
    s.call({{1, 2, 3, 1}, SampleInput({1, 3, 1}, int32, 0, 5), {1, 3, 1}}, Attributes{6});
    s.call({{1, 2, 0, 1}, SampleInput({1, 0, 1}, int32), {1, 0, 1}}, Attributes{6});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput indices({1, 3, 2}, int64, 0, 1);
    s.call({{1, 3, 4, 1}, indices, {1, 3, 2}}, Attributes{4},
           "expected indices and weights [1, 4, K]");
    s.call({{1, 3, 3, 1}, indices, {1, 3, 2}}, Attributes{-4}, "negative");
    s.call({{1, 3, 3, 1}, indices, SampleInput({1, 3, 2}, int32)}, Attributes{4},
           "expected floating-point numbers");
  }
  static constexpr auto doc = "The gradient of weighted_take with respect to its input.";
};
LAMINA_OP(WeightedScatter)

Array weighted_scatter(Array cotangent, Array indices, Array weights, int64_t size) {
  return record(ops::op_WeightedScatter(), make_attributes(WeightedScatter::Attributes{size}),
                std::move(cotangent), std::move(indices), std::move(weights));
}

}  // namespace lamina

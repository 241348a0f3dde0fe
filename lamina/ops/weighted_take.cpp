// weighted_take(x, indices, weights): y[b, c, p, i] = sum over k of weights[b, p, k] *
// x[b, c, indices[b, p, k], i]. Negative indices count for nothing; others outside x are reported.
#include "lamina/op/samples.h"
#include "lamina/ops/weighted_take_rule.h"

namespace lamina {

struct WeightedTake {
  static constexpr auto name = "weighted_take";
  static constexpr const char* inputs[] = {"x", "indices", "weights"};
  static constexpr bool checks_values = true;
  static void infer(Inference& c) {
    const Shape& x = c.shape(0);
    check_weighted_indices(c, x);
    check_weighted_float(c, 0), check_weighted_float(c, 2);
    if (!(c.shape(2) == c.shape(1))) {
      throw c.error<ShapeError>("expected weights ", c.shape(1), " as indices, got ", c.shape(2));
    }
    c.output(c.dtype(0), Shape{x[0], x[1], c.shape(1)[1], x[3]});
  }
  static void gradient(Context& c) {
    const Array g = c.cotangent();
    if (c.wants(0)) {
      c.give(0, weighted_scatter(g, c.input(1), c.input(2), c.input(0).shape(2)));
    }
    if (c.wants(2)) c.give(2, weighted_products(c.input(0), c.input(1), g));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.output();
    const std::vector<double> from = values_of<double>(x), weights = values_of<double>(r.input(2));
    std::vector<double> result(static_cast<size_t>(y.elements()));
    each_weighted_term(r, r.input(1), x.shape(), y.shape(), [&](int64_t xi, int64_t w, int64_t yi) {
      result[yi] += weights[w] * from[xi];
    });
    set_values(y, result);
  }
  static void samples(Samples& s) {
    s.call({{2, 3, 5, 2}, SampleInput({2, 4, 3}, int64, -1, 4), {2, 4, 3}});
    s.call({{1, 2, 6, 1}, SampleInput({1, 3, 1}, int32, 0, 5), {1, 3, 1}});
    s.call({{1, 2, 6, 3}, SampleInput({1, 0, 2}, int64), {1, 0, 2}});
    s.call({{0, 2, 6, 3}, SampleInput({0, 4, 2}, int64), {0, 4, 2}});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput indices({1, 3, 2}, int64, 0, 1);
    s.call({{2, 3, 4}, indices, {1, 3, 2}}, "expected an array [B, C, size, inner]");
    s.call({{2, 3, 4, 1}, indices, {1, 3, 2}}, "expected indices [2, P, K]");
    s.call({{1, 3, 4, 1}, indices, {1, 3, 1}}, "expected weights [1, 3, 2]");
    s.call({{1, 3, 4, 1}, {1, 3, 2}, {1, 3, 2}}, "expected indices of an integer type");
    s.call({SampleInput({1, 3, 4, 1}, int32), indices, {1, 3, 2}}, "expected floating-point");
  }
  static constexpr auto doc = "Sums of weighted entries along axis 2.";
};
LAMINA_OP(WeightedTake)

Array weighted_take(Array x, Array indices, Array weights) {
  return record(ops::op_WeightedTake(), {}, std::move(x), std::move(indices), std::move(weights));
}

}  // namespace lamina

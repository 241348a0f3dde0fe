// weighted_products(x, indices, cotangent): the gradient of weighted_take with respect to its
// weights, w[b, p, k] = sum over c, i of x[b, c, indices[b, p, k], i] * cotangent[b, c, p, i].
#include "lamina/op/samples.h"
#include "lamina/ops/weighted_take_rule.h"

namespace lamina {

struct WeightedProducts {
  static constexpr auto name = "weighted_products";
  static constexpr const char* inputs[] = {"x", "indices", "cotangent"};
  static constexpr bool checks_values = true;
  static void infer(Inference& c) {
    const Shape& x = c.shape(0);
    check_weighted_indices(c, x);
    check_weighted_float(c, 0);
    const Shape expected{x[0], x[1], c.shape(1)[1], x[3]};
    if (!(c.shape(2) == expected)) {
      throw c.error<ShapeError>("expected a cotangent ", expected, ", got ", c.shape(2));
    }
    if (c.dtype(2) != c.dtype(0)) {
      throw c.error<DTypeError>("expected a cotangent of ", c.dtype(0), ", got ", c.dtype(2));
    }
    c.output(c.dtype(0), c.shape(1));
  }
  static void gradient(Context& c) {
    const Array u = c.cotangent();
    if (c.wants(0)) {
      c.give(0, weighted_scatter(c.input(2), c.input(1), u, c.input(0).shape(2)));
    }
    if (c.wants(2)) c.give(2, weighted_take(c.input(0), c.input(1), u));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), g = r.input(2);
    const std::vector<double> a = values_of<double>(x), b = values_of<double>(g);
    std::vector<double> result(static_cast<size_t>(r.output().elements()));
    each_weighted_term(r, r.input(1), x.shape(), g.shape(),
                       [&](int64_t xi, int64_t w, int64_t yi) { result[w] += a[xi] * b[yi]; });
    set_values(r.output(), result);
  }
  static void samples(Samples& s) {
    s.call({{2, 3, 5, 2}, SampleInput({2, 4, 3}, int64, -1, 4), {2, 3, 4, 2}});
    s.call({{1, 2, 6, 1}, SampleInput({1, 3, 1}, int32, 0, 5), {1, 2, 3, 1}});
    s.call({{1, 0, 6, 1}, SampleInput({1, 3, 1}, int32, 0, 5), {1, 0, 3, 1}});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput indices({1, 3, 2}, int64, 0, 1);
    s.call({{1, 3, 4, 1}, indices, {1, 3, 4, 1}}, "expected a cotangent [1, 3, 3, 1]");
    s.call({{1, 3, 4}, indices, {1, 3, 4, 1}}, "expected an array [B, C, size, inner]");
  }
  static constexpr auto doc = "The gradient of weighted_take with respect to its weights.";
};
LAMINA_OP(WeightedProducts)

Array weighted_products(Array x, Array indices, Array cotangent) {
  return record(ops::op_WeightedProducts(), {}, std::move(x), std::move(indices),
                std::move(cotangent));
}

}  // namespace lamina

// max_pool_select(x, values): for each window the value that stands where x has its maximum; the
// transpose of max_pool_gradient as a map of the cotangent. Gradients of second order need it.
#include "lamina/op/samples.h"
#include "lamina/ops/pooling_rule.h"

namespace lamina {

struct MaxPoolSelect {
  static constexpr auto name = "max_pool_select";
  static constexpr const char* inputs[] = {"x", "values"};
  using Attributes = PoolingAttributes;
  static void infer(Inference& c) {
    if (!(c.shape(1) == c.shape(0))) {
      throw c.error<ShapeError>("expected values ", c.shape(0), " as x, got ", c.shape(1));
    }
    c.output(c.dtype(1), pooling_shape(c, c.attributes<Attributes>(), c.shape(0)));
  }
  static void gradient(Context& c) {  // nothing for x
    if (c.wants(1))
      c.give(1, max_pool_gradient(c.input(0), c.cotangent(), c.attributes<Attributes>()));
  }
  static void reference(Reference& r) {
    const std::vector<double> x = values_of<double>(r.input(0));
    Reference::with_type(r.output().dtype(), [&](auto zero) {
      using T = decltype(zero);
      const std::vector<T> values = values_of<T>(r.input(1));
      std::vector<T> result(static_cast<size_t>(r.output().elements()));
      each_maximum(r.attributes<Attributes>(), r.input(0).shape(), r.output().shape(), x,
                   [&](int64_t y, int64_t best) { result[y] = values[best]; });
      set_values(r.output(), result);
    });
  }
  static void samples(Samples& s) {
    s.call({SampleInput{2, 3, 8}.separated(), {2, 3, 8}}, Attributes{{2}, {2}, {0}, {0}});
    s.call({SampleInput{2, 3, 7, 6}.separated(), {2, 3, 7, 6}},
           Attributes{{3, 2}, {2, 1}, {1, 0}, {0, 1}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3, 8}, {2, 3, 4}}, Attributes{{2}, {2}, {0}, {0}}, "expected values [2, 3, 8]");
  }
  static constexpr auto doc = "The values that stand where windows of x have their maxima.";
};
LAMINA_OP(MaxPoolSelect)

Array max_pool_select(Array x, Array values, PoolingAttributes attributes) {
  return record(ops::op_MaxPoolSelect(), make_attributes(std::move(attributes)), std::move(x),
                std::move(values));
}

}  // namespace lamina

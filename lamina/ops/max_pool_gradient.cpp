// max_pool_gradient(x, cotangent): adds each entry of the cotangent to the point where its window
// of x has its maximum. Linear in the cotangent; as a function of x it is constant but for jumps.
#include "lamina/op/samples.h"
#include "lamina/ops/pooling_rule.h"

namespace lamina {

struct MaxPoolGradient {
  static constexpr auto name = "max_pool_gradient";
  static constexpr const char* inputs[] = {"x", "cotangent"};
  using Attributes = PoolingAttributes;
  static void infer(Inference& c) {
    const Shape y = pooling_shape(c, c.attributes<Attributes>(), c.shape(0));
    if (!(c.shape(1) == y))
      throw c.error<ShapeError>("expected a cotangent ", y, ", got ", c.shape(1));
    if (c.dtype(0) != c.dtype(1)) {
      throw c.error<DTypeError>("expected a cotangent of ", c.dtype(0), ", got ", c.dtype(1));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {  // nothing for x
    if (c.wants(1))
      c.give(1, max_pool_select(c.input(0), c.cotangent(), c.attributes<Attributes>()));
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) {
      using T = decltype(zero);
      const std::vector<T> x = values_of<T>(r.input(0)), g = values_of<T>(r.input(1));
      std::vector<T> result(x.size());
      each_maximum(r.attributes<Attributes>(), r.input(0).shape(), r.input(1).shape(), x,
                   [&](int64_t y, int64_t best) { result[best] += g[y]; });
      set_values(r.output(), result);
    });
  }
  static void samples(Samples& s) {
    s.call({SampleInput{2, 3, 8}.separated(), {2, 3, 4}}, Attributes{{2}, {2}, {0}, {0}});
    s.call({SampleInput{2, 3, 7, 6}.separated(), {2, 3, 3, 6}},
           Attributes{{3, 2}, {2, 1}, {1, 0}, {0, 1}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3, 8}, {2, 3, 8}}, Attributes{{2}, {2}, {0}, {0}},
           "expected a cotangent [2, 3, 4]");
  }
  static constexpr auto doc = "The gradient of max_pool with respect to its input.";
};
LAMINA_OP(MaxPoolGradient)

Array max_pool_gradient(Array x, Array cotangent, PoolingAttributes attributes) {
  return record(ops::op_MaxPoolGradient(), make_attributes(std::move(attributes)), std::move(x),
                std::move(cotangent));
}

}  // namespace lamina

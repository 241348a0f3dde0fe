// max(x, axis): the largest value along axes; NaN if any is NaN. The cotangent is shared equally
// among equal maxima, which keeps the gradient symmetric (as JAX and TensorFlow do).
#include "lamina/op/reduction.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct Max : Reduction<Monoid::Maximum> {
  static constexpr auto name = "max";
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape& shape = c.input(0).shape();
    Array is_max = astype(c.input(0) == spread(c.output(), a, shape), c.input(0).dtype());
    Array ties = sum(is_max, {.axis = a.axis, .keepdims = a.keepdims});
    c.give(0, is_max * spread(c.cotangent() / ties, a, shape));
  }
  static void samples(Samples& s) {
    s.call({SampleInput{2, 3}.separated()}, Attributes{{0, 1}});
    s.call({SampleInput{2, 3}.separated()}, Attributes{{1}, true}).call({{0, 3}}, Attributes{{1}});
    s.call({SampleInput{4, 5, 6}.separated()}, Attributes{{0, 2}});
  }
  static void bad_samples(BadSamples& s) { s.call({{2, 3}}, Attributes{{-3}}, "axis"); }
  static constexpr auto doc =
      "Largest value along axes.\n>>> lm.max(lm.array([[1, 5], [3, 4]]), axis=1)\n[5, 4]";
};
LAMINA_OP(Max)

Array max(Array x, ReduceOptions options) {
  return record_reduction(ops::op_Max(), std::move(x), options);
}

}  // namespace lamina

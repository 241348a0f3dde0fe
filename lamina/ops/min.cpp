// min(x, axis): the smallest value along axes; NaN if any is NaN. The cotangent is shared equally
// among equal minima, which keeps the gradient symmetric (as JAX and TensorFlow do).
#include "lamina/op/reduction.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct Min : Reduction<Monoid::Minimum> {
  static constexpr auto name = "min";
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape& shape = c.input(0).shape();
    Array is_min = astype(c.input(0) == spread(c.output(), a, shape), c.input(0).dtype());
    Array ties = sum(is_min, {.axis = a.axis, .keepdims = a.keepdims});
    c.give(0, is_min * spread(c.cotangent() / ties, a, shape));
  }
  static void samples(Samples& s) {
    s.call({SampleInput{2, 3}.separated()}, Attributes{{0, 1}});
    s.call({SampleInput{2, 3}.separated()}, Attributes{{1}, true}).call({{0, 3}}, Attributes{{1}});
    s.call({SampleInput{4, 5, 6}.separated()}, Attributes{{0, 2}});
  }
  static void bad_samples(BadSamples& s) { s.call({{2, 3}}, Attributes{{-3}}, "axis"); }
  static constexpr auto doc =
      "Smallest value along axes.\n>>> lm.min(lm.array([[1, 5], [3, 4]]), axis=1)\n[1, 3]";
};
LAMINA_OP(Min)

Array min(Array x, ReduceOptions options) {
  return record_reduction(ops::op_Min(), std::move(x), options);
}

}  // namespace lamina

// sum(x, axis): integers and bool add up in int64, floats in their own type (16-bit ones in
// float32), by a tree that depends on the shape only.
#include "lamina/op/reduction.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct Sum : Reduction<Monoid::Sum, Reduced::Accumulated> {
  static constexpr auto name = "sum";
  static void gradient(Context& c) {
    c.give(0, spread(c.cotangent(), c.attributes<Attributes>(), c.input(0).shape()));
  }
  static void samples(Samples& s) {
    s.call({{2, 3}}, Attributes{{0, 1}})
        .call({{2, 3}}, Attributes{{0}})
        .call({{2, 3}}, Attributes{{1}, true});
    s.call({Shape{}}, Attributes{})
        .call({{0, 3}}, Attributes{{0}})
        .call({{3, 4, 5}}, Attributes{{0, 2}});
    s.call({{300, 70}}, Attributes{{0}}).call({SampleInput({4}, int32)}, Attributes{{0}});
  }
  static void bad_samples(BadSamples& s) { s.call({{2, 3}}, Attributes{{2}}, "axis"); }
  static constexpr auto doc =
      "Sum over axes.\n>>> lm.sum(lm.array([[1, 2], [3, 4]]), axis=0)\n[4, 6]";
};
LAMINA_OP(Sum)

Array sum(Array x, ReduceOptions options) {
  return record_reduction(ops::op_Sum(), std::move(x), options);
}

}  // namespace lamina

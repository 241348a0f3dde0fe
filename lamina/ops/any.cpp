// any(x, axis): whether some value along axes is true; false when there are none. Anything but 0
// counts as true.
#include "lamina/op/reduction.h"
#include "lamina/ops/reduction.h"

namespace lamina {

struct Any : Reduction<Monoid::Or, Reduced::Bool> {
  static constexpr auto name = "any";
  static constexpr auto no_gradient = "truth values have no gradient";
  static void samples(Samples& s) {
    s.call({SampleInput({2, 3}, bool_)}, Attributes{{0, 1}})
        .call({SampleInput({2, 3}, int32)}, Attributes{{0}});
    s.call({SampleInput({2, 3}, bool_)}, Attributes{{1}, true})
        .call({SampleInput({0, 3}, bool_)}, Attributes{{0}});
    s.call({{3, 4, 5}}, Attributes{{0, 2}}).call({SampleInput(Shape{}, bool_)}, Attributes{});
  }
  static void bad_samples(BadSamples& s) { s.call({{2, 3}}, Attributes{{2}}, "axis"); }
  static constexpr auto doc =
      "Whether any element is true.\n>>> lm.any(lm.array([[1, 0], [1, 1]]), axis=1)\n[True, True]";
};
LAMINA_OP(Any)

Array any(Array x, ReduceOptions options) {
  return record_reduction(ops::op_Any(), std::move(x), options);
}

}  // namespace lamina

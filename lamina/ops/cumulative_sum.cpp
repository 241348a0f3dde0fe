// cumulative_sum(x, axis): y[i] = x[0] + .. + x[i]. Floats are added up in float64, one after the
// other. The cotangent of x[i] is the sum of those from i on: a cumulative sum from the other end.
#include "lamina/op/samples.h"
#include "lamina/ops/cumulative_rule.h"
#include "lamina/ops/movement.h"

namespace lamina {

struct CumulativeSum {
  static constexpr auto name = "cumulative_sum";
  static constexpr const char* inputs[] = {"x"};
  static constexpr auto autocast = Autocast::Float32;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) { infer_cumulative(c); }
  static void gradient(Context& c) {
    const int axis = static_cast<int>(c.attributes<Attributes>().axis);
    c.give(0, flip(cumulative_sum(flip(c.cotangent(), {axis}), {.axis = axis}), {axis}));
  }
  static void reference(Reference& r) {
    reference_cumulative(r, [](auto sum, auto x) { return sum + x; });
  }
  static void samples(Samples& s) {
    s.call({{5}}, Attributes{0}).call({{3, 4}}, Attributes{0}).call({{2, 5, 3}}, Attributes{1});
    s.call({SampleInput({4, 6}, int32)}, Attributes{1})
        .call({SampleInput({7}, bool_)}, Attributes{0})
        .call({SampleInput({5}, uint8, 0, 255)}, Attributes{0})
        .call({{0, 3}}, Attributes{0})
        .call({{1}}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{2}, "axis 2 does not fit").call({Shape{}}, Attributes{0}, "axis 0");
  }
  static constexpr auto doc =
      "The sums of the first entries along an axis.\n"
      ">>> lm.cumulative_sum(lm.array([1, 2, 3]))\n[1, 3, 6]";
};
LAMINA_OP(CumulativeSum)

Array cumulative_sum(Array x, CumulativeOptions options) {
  return record_cumulative(ops::op_CumulativeSum(), std::move(x), options, 0);
}

}  // namespace lamina

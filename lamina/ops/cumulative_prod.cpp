// cumulative_prod(x, axis): y[i] = x[0] .. x[i]. The cotangent of x[i] is y[i - 1] times
//   s[i] = g[i] + x[i + 1] s[i + 1],
// a recurrence from the end: no division, so it is right where entries are 0, in second order too.
#include "lamina/op/samples.h"
#include "lamina/ops/cumulative_rule.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct CumulativeProd {
  static constexpr auto name = "cumulative_prod";
  static constexpr const char* inputs[] = {"x"};
  static constexpr auto autocast = Autocast::Float32;
  using Attributes = AxisAttributes;
  static void infer(Inference& c) { infer_cumulative(c); }
  static void gradient(Context& c) {
    const int axis = static_cast<int>(c.attributes<Attributes>().axis);
    Array rest = linear_recurrence(shift_earlier(c.input(0), axis), c.cotangent(),
                                   {.axis = axis, .reverse = true});
    c.give(0, shift_later(c.output(), axis, 1) * std::move(rest));
  }
  static void reference(Reference& r) {
    reference_cumulative(r, [](auto product, auto x) { return product * x; });
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
      "The products of the first entries along an axis.\n"
      ">>> lm.cumulative_prod(lm.array([1, 2, 3]))\n[1, 2, 6]";
};
LAMINA_OP(CumulativeProd)

Array cumulative_prod(Array x, CumulativeOptions options) {
  return record_cumulative(ops::op_CumulativeProd(), std::move(x), options, 1);
}

}  // namespace lamina

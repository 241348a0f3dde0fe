// softmax(x, axis) = e^x / sum(e^x). The maximum is taken off first, so that nothing overflows; a
// row of -inf gives NaN. Gradient: y * (g - sum(g * y)).
#include "lamina/ops/softmax.h"

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/softmax_attributes.h"
#include "lamina/ops/softmax_rule.h"

namespace lamina {

struct Softmax {
  static constexpr auto name = "softmax";
  static constexpr const char* inputs[] = {"x"};
  static constexpr auto autocast = Autocast::Float32;
  using Attributes = SoftmaxAttributes;
  static void infer(Inference& c) { infer_softmax(c); }
  static void gradient(Context& c) {
    const Axes axis = static_cast<int>(c.attributes<Attributes>().axis);
    const Array y = c.output(), g = c.cotangent();
    c.give(0, y * (g - sum(g * y, {.axis = axis, .keepdims = true})));
  }
  static Array decompose(Context& c) {
    const Axes axis = static_cast<int>(c.attributes<Attributes>().axis);
    Array e = exp(c.input(0) - max(c.input(0), {.axis = axis, .keepdims = true}));
    return e / sum(e, {.axis = axis, .keepdims = true});
  }
  static void samples(Samples& s) { softmax_samples(s); }
  static void bad_samples(BadSamples& s) { softmax_bad_samples(s); }
  static constexpr auto doc =
      "e^x divided by its sum along an axis.\n>>> lm.softmax(lm.array([0.0, 0.0]))\n[0.5, 0.5]";
};
LAMINA_OP(Softmax)

Array softmax(Array x, SoftmaxOptions options) {
  return record_softmax(ops::op_Softmax(), std::move(x), options.axis);
}

}  // namespace lamina

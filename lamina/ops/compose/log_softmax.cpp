// log_softmax(x, axis) = x - max - log(sum(e^(x - max))). Gradient: g - softmax * sum(g).
#include "lamina/ops/softmax.h"

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/softmax_attributes.h"
#include "lamina/ops/softmax_rule.h"

namespace lamina {

struct LogSoftmax {
  static constexpr auto name = "log_softmax";
  static constexpr const char* inputs[] = {"x"};
  static constexpr auto autocast = Autocast::Float32;
  using Attributes = SoftmaxAttributes;
  static void infer(Inference& c) { infer_softmax(c); }
  static void gradient(Context& c) {
    const Axes axis = static_cast<int>(c.attributes<Attributes>().axis);
    const Array g = c.cotangent();
    c.give(0, g - exp(c.output()) * sum(g, {.axis = axis, .keepdims = true}));
  }
  static Array decompose(Context& c) {
    const Axes axis = static_cast<int>(c.attributes<Attributes>().axis);
    Array x = c.input(0) - max(c.input(0), {.axis = axis, .keepdims = true});
    return x - log(sum(exp(x), {.axis = axis, .keepdims = true}));
  }
  static void samples(Samples& s) { softmax_samples(s); }
  static void bad_samples(BadSamples& s) { softmax_bad_samples(s); }
  static constexpr auto doc =
      "The logarithm of softmax.\n>>> lm.log_softmax(lm.array([0.0, 0.0]))\n[-0.693147, -0.693147]";
};
LAMINA_OP(LogSoftmax)

Array log_softmax(Array x, SoftmaxOptions options) {
  return record_softmax(ops::op_LogSoftmax(), std::move(x), options.axis);
}

}  // namespace lamina

// stop_gradient(x) = x, seen as a constant by every gradient.
#include "lamina/op/op.h"
#include "lamina/op/samples.h"

namespace lamina {

struct StopGradient {
  static constexpr auto name = "stop_gradient";
  static constexpr const char* inputs[] = {"x"};
  static void infer(Inference& c) { c.output(c.dtype(0), c.shape(0)); }
  static constexpr auto no_gradient = "it exists to have none";
  static std::optional<View> view(const AttributesBase*, const Operand& x, const Spec&) {
    return View{x.strides, 0};
  }
  static void samples(Samples& s) { s.call({{2, 3}}).call({Shape{}}).call({{0, 3}}); }
  static constexpr auto doc =
      "The same value, through which no gradient flows.\n"
      ">>> lm.grad(lambda x: x * lm.stop_gradient(x))(lm.array(3.0))\n3";
};
LAMINA_OP(StopGradient)

Array stop_gradient(Array x) { return record(ops::op_StopGradient(), {}, std::move(x)); }

}  // namespace lamina

// after(x, other) = x, with an edge to `other` that orders the two. A view.
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/custom_vjp.h"

namespace lamina {

struct After {
  static constexpr auto name = "after";
  static constexpr const char* inputs[] = {"x", "other"};
  static void infer(Inference& c) { c.output(c.dtype(0), c.shape(0)); }
  static void gradient(Context& c) { c.give(0, c.cotangent()); }
  static std::optional<View> view(const AttributesBase*, const Operand& x, const Spec&) {
    return View{x.strides, 0};
  }
  static void samples(Samples& s) { s.call({{2, 3}, {4}}).call({Shape{}, {0}}); }
  static constexpr auto doc = "x, computed no sooner than another array.";
};
LAMINA_OP(After)

Array after(Array x, Array other) {
  return record(ops::op_After(), {}, std::move(x), std::move(other));
}

}  // namespace lamina

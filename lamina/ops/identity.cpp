// identity(x) = x: a new name for the same value. Transforms begin tapes at it; programs spend
// nothing on it.
#include "lamina/op/op.h"
#include "lamina/op/samples.h"

namespace lamina {

struct Identity {
  static constexpr auto name = "identity";
  static constexpr const char* inputs[] = {"x"};
  static void infer(Inference& c) { c.output(c.dtype(0), c.shape(0)); }
  static void gradient(Context& c) { c.give(0, c.cotangent()); }
  static std::optional<View> view(const AttributesBase*, const Operand& x, const Spec&) {
    return View{x.strides, 0};
  }
  static void samples(Samples& s) { s.call({{2, 3}}).call({Shape{}}).call({{0, 3}}); }
  static constexpr auto doc = "The same value.\n>>> lm.identity(lm.array([1.0, 2.0]))\n[1, 2]";
};
LAMINA_OP(Identity)

Array identity(Array x) { return record(ops::op_Identity(), {}, std::move(x)); }

}  // namespace lamina

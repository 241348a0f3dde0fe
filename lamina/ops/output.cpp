// output k of an op with several: what record_multiple() hands out. Its node's `output` says which.
#include "lamina/op/op.h"

namespace lamina {

struct Output {
  static constexpr auto name = "output";
  static constexpr const char* inputs[] = {"x"};
  // The shape is the other op's business; a graph that is read back is checked there.
  static void infer(Inference& c) { c.output(c.dtype(0), c.shape(0)); }
  static void gradient(Context&) {}  // the engine hands its cotangent on to the op itself
  static std::optional<View> view(const AttributesBase*, const Operand& x, const Spec&) {
    return View{x.strides, 0};
  }
};
LAMINA_OP(Output)

}  // namespace lamina

#include "lamina/compile/transposes_into_loops.h"

#include "lamina/compile/append_call.h"
#include "lamina/compile/loop_edit.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Transpose)

namespace {

size_t at(int32_t i) { return static_cast<size_t>(i); }

// The leaf of an input in the body, or -1 where nothing reads it.
int32_t leaf_of(const Graph& body, size_t input) {
  for (size_t i = 0; i < body.values.size(); ++i) {
    const GraphValue& v = body.values[i];
    if (v.leaf == LeafKind::Data && v.leaf_index == static_cast<int>(input))
      return static_cast<int32_t>(i);
  }
  return -1;
}

}  // namespace

void transposes_into_loops(Graph& graph) {
  edit_loops(graph, [](LoopEdit& loop) {
    const size_t count = loop.inputs.size();
    for (size_t k = 0; k < count; ++k) {
      if (loop.inputs[k].role != LoopEdit::Role::Outside) continue;
      const GraphValue& v = loop.outer.values[at(loop.inputs[k].value)];
      const int32_t leaf = leaf_of(loop.body, k);
      if (v.op != &ops::op_Transpose() || leaf < 0) continue;
      const AttributesRef attributes = v.attributes;
      const Spec spec = v.spec;
      const char* origin = v.origin;
      const int32_t whole = loop.add_input(LoopEdit::Role::Outside, v.inputs[0]);
      const int32_t transposed =
          append_call(loop.body, ops::op_Transpose(), attributes, {whole}, spec, origin);
      loop.replace(leaf, transposed);
    }
  });
}

}  // namespace lamina

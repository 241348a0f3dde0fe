#include "lamina/compile/undo_casts.h"

#include <vector>

#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Cast)

namespace {

bool is_cast(const GraphValue& v) { return v.op == &ops::op_Cast(); }

// float16 to bfloat16 loses, whichever of them is asked.
bool holds_all(DType wide, DType narrow) {
  return is_floating(wide) && is_floating(narrow) && size_of(wide) > size_of(narrow);
}

}  // namespace

void undo_casts(Graph& graph) {
  std::vector<bool> is_output(graph.values.size(), false);
  for (int32_t output : graph.outputs) is_output[output] = true;
  std::vector<int32_t> same(graph.values.size());
  bool any = false;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    same[i] = static_cast<int32_t>(i);
    for (int32_t& input : v.inputs) input = same[input];
    if (!is_cast(v) || is_output[i]) continue;
    const GraphValue& between = graph.values[v.inputs[0]];
    if (!is_cast(between)) continue;
    const int32_t first = between.inputs[0];
    const DType dtype = graph.values[first].spec.dtype;
    if (dtype != v.spec.dtype || !holds_all(between.spec.dtype, dtype)) continue;
    same[i] = first;
    any = true;
  }
  if (any) remove_dead_values(graph);
}

}  // namespace lamina

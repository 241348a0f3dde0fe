#include "lamina/exec/placement.h"

#include "lamina/op/cluster.h"
#include "lamina/op/concatenation.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Concatenate)
LAMINA_USE_OP(Output)

namespace {

bool is_concatenation(const GraphValue& v) { return v.op == &ops::op_Concatenate(); }

// Loops write anywhere; other kernels choose dense layouts of their own.
bool writes_anywhere(const Graph& graph, const GraphValue& v) {
  if (is_concatenation(v)) return true;
  if (v.op == &ops::op_Output()) {
    const GraphValue& loop = graph.values[v.inputs[0]];
    return loop.cluster && loop.cluster->reduced.empty();
  }
  if (v.cluster) return v.cluster->outputs.size() == 1 && v.cluster->reduced.empty();
  return v.op && v.op->elementwise;
}

}  // namespace

std::vector<Part> place_parts(const Graph& graph) {
  std::vector<Part> parts(graph.values.size());
  const std::vector<int32_t> uses = graph.use_counts();
  // From the last value to the first, so that the outermost whole is known before its parts.
  for (size_t i = graph.values.size(); i-- > 0;) {
    const GraphValue& v = graph.values[i];
    if (!is_concatenation(v)) continue;
    const int64_t axis = v.attributes->as<ConcatenateAttributes>().axis;
    Part whole = parts[i];
    if (whole.whole < 0) whole = {static_cast<int32_t>(i), 0, axis};
    if (whole.axis != axis) continue;
    for (int32_t input : v.inputs) {
      const GraphValue& source = graph.values[input];
      // What others read as well had better stay dense, unless it is a whole that would be copied.
      const bool alone = uses[input] == 1;
      if (parts[input].whole < 0 && writes_anywhere(graph, source) &&
          (alone || is_concatenation(source))) {
        parts[input] = whole;
      }
      whole.offset += source.spec.shape[axis];
    }
  }
  return parts;
}

}  // namespace lamina

#include "lamina/compile/transpose_matmul.h"

#include "lamina/compile/append_call.h"
#include "lamina/op/op.h"
#include "lamina/ops/movement.h"

namespace lamina {

LAMINA_USE_OP(Matmul)
LAMINA_USE_OP(Transpose)

namespace {

// Whether the value only swaps the last two axes of its input.
bool swaps_last_two(const GraphValue& v) {
  if (v.op != &ops::op_Transpose()) return false;
  const IntList& axes = v.attributes->as<TransposeAttributes>().axes;
  const int64_t rank = static_cast<int64_t>(axes.size());
  if (rank < 2 || axes[rank - 1] != rank - 2 || axes[rank - 2] != rank - 1) return false;
  for (int64_t i = 0; i < rank - 2; ++i) {
    if (axes[i] != i) return false;
  }
  return true;
}

}  // namespace

void transpose_matmul(Graph& graph) {
  const std::vector<int32_t> uses = graph.use_counts();
  Graph result;
  result.leaf_count = graph.leaf_count;
  result.leaf_names = std::move(graph.leaf_names);
  std::vector<int32_t> renumbered(graph.values.size());

  // The transpose of a value that has been emitted.
  auto transposed = [&](int32_t value, const GraphValue& like) {
    if (swaps_last_two(result.values[value])) return result.values[value].inputs[0];
    Spec spec = result.values[value].spec;
    const size_t rank = spec.shape.size();
    std::swap(spec.shape[rank - 1], spec.shape[rank - 2]);
    return append_call(result, ops::op_Transpose(), like.attributes, {value}, std::move(spec),
                       like.origin);
  };

  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    if (swaps_last_two(v) && uses[v.inputs[0]] == 1) {
      const GraphValue& product = result.values[renumbered[v.inputs[0]]];
      if (product.op == &ops::op_Matmul()) {
        const int32_t a = product.inputs[0], b = product.inputs[1];
        GraphValue swapped;
        swapped.op = &ops::op_Matmul();
        swapped.spec = v.spec;
        swapped.origin = product.origin;
        const int32_t left = transposed(b, v), right = transposed(a, v);
        swapped.inputs = {left, right};
        renumbered[i] = static_cast<int32_t>(result.values.size());
        result.values.push_back(std::move(swapped));
        continue;
      }
    }
    for (int32_t& input : v.inputs) input = renumbered[input];
    renumbered[i] = static_cast<int32_t>(result.values.size());
    result.values.push_back(std::move(v));
  }
  for (int32_t output : graph.outputs) result.outputs.push_back(renumbered[output]);
  graph = std::move(result);
  remove_dead_values(graph);
}

}  // namespace lamina

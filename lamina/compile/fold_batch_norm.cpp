#include "lamina/compile/fold_batch_norm.h"

#include "lamina/exec/derived.h"
#include "lamina/op/op.h"
#include "lamina/op/splice.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina {

LAMINA_USE_OP(Cast)
LAMINA_USE_OP(Convolution)
LAMINA_USE_OP(ScaleShift)

namespace {

// The value that another was cast from to fewer bits, or itself.
int32_t uncast(const Graph& graph, int32_t value) {
  const GraphValue& v = graph.values[value];
  if (v.op != &ops::op_Cast()) return value;
  const DType from = graph.values[v.inputs[0]].spec.dtype;
  return is_floating(from) && size_of(from) > size_of(v.spec.dtype) ? v.inputs[0] : value;
}

// w * scale and (b - center) * scale + shift, rounded to the type of x at last.
Array folded(const AttributesRef& attributes, const Array& x, const Array& weight,
             const Array& bias, const Array& center, const Array& scale, const Array& shift) {
  IntList per_output(static_cast<size_t>(weight.ndim()), 1);
  per_output[0] = scale.shape(0);
  Array distance = bias ? bias - center : -center;
  return record(ops::op_Convolution(), attributes, x,
                astype(weight * reshape(scale, per_output), x.dtype()),
                astype(distance * scale + shift, x.dtype()));
}

}  // namespace

void fold_batch_norm(Graph& graph) {
  const std::vector<bool> stable = find_stable(graph);
  const std::vector<int32_t> uses = graph.use_counts();
  auto folds = [&](const GraphValue& v) {
    if (v.op != &ops::op_ScaleShift()) return false;
    const GraphValue& convolution = graph.values[v.inputs[0]];
    if (convolution.op != &ops::op_Convolution() || uses[v.inputs[0]] != 1) return false;
    for (size_t k = 1; k < v.inputs.size(); ++k) {
      if (!stable[v.inputs[k]]) return false;
    }
    for (size_t k = 1; k < convolution.inputs.size(); ++k) {
      if (!stable[convolution.inputs[k]]) return false;
    }
    return true;
  };
  std::vector<bool> fold;
  bool any = false;
  for (const GraphValue& v : graph.values) {
    fold.push_back(folds(v));
    any |= fold.back();
  }
  if (!any) return;

  Graph result;
  result.leaf_count = graph.leaf_count;
  result.leaf_names = std::move(graph.leaf_names);
  std::vector<int32_t> renumbered(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    for (int32_t& input : v.inputs) input = renumbered[input];
    if (!fold[i]) {
      renumbered[i] = static_cast<int32_t>(result.values.size());
      result.values.push_back(std::move(v));
      continue;
    }
    const GraphValue& convolution = result.values[v.inputs[0]];
    const AttributesRef attributes = convolution.attributes;
    const char* origin = convolution.origin;
    const bool has_bias = convolution.inputs.size() > 2;
    std::vector<int32_t> inputs(convolution.inputs.begin(), convolution.inputs.end());
    for (size_t k = 1; k < inputs.size(); ++k) inputs[k] = uncast(result, inputs[k]);
    inputs.insert(inputs.end(), v.inputs.begin() + 1, v.inputs.end());
    renumbered[i] = splice(result, inputs, origin, [&](const std::vector<Array>& a) {
                      const size_t next = has_bias ? 3 : 2;
                      return std::vector<Array>{folded(attributes, a[0], a[1],
                                                       has_bias ? a[2] : Array(), a[next],
                                                       a[next + 1], a[next + 2])};
                    })[0];
  }
  for (int32_t output : graph.outputs) result.outputs.push_back(renumbered[output]);
  graph = std::move(result);
  remove_dead_values(graph);
}

}  // namespace lamina

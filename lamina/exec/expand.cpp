// Composite ops: a kernel may claim one whole; otherwise it is replaced by what it decomposes into.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/program.h"
#include "lamina/exec/walk.h"
#include "lamina/op/op.h"
#include "lamina/op/splice.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

// The specs of an op's outputs, for inputs that are values of `graph`.
std::vector<Spec> output_specs(const Op& op, std::span<const int32_t> inputs, const Graph& graph,
                               const AttributesBase* attributes) {
  SmallVector<const Spec*, 8> specs;
  for (int32_t input : inputs) specs.push_back(&graph.values[input].spec);
  Inference inference(op, specs, attributes);
  op.infer(inference);
  return std::move(inference.outputs);
}

bool claimed(const Graph& graph, const GraphValue& v) {
  KernelRequest request;
  request.op = v.op;
  request.attributes = v.attributes ? v.attributes->data() : nullptr;
  request.attributes_owner = v.attributes;
  request.threads = thread_count();
  request.deterministic = is_deterministic();
  for (int32_t input : v.inputs) {
    const Spec& s = graph.values[input].spec;
    request.inputs.push_back({s.dtype, s.shape, row_major_strides(s.shape)});
  }
  for (const Spec& s :
       output_specs(*v.op, {v.inputs.begin(), v.inputs.end()}, graph, v.attributes.get())) {
    request.outputs.push_back({s.dtype, s.shape, row_major_strides(s.shape)});
  }
  return backend::claims(request);
}

// Of a product with steps after it only the compiler knows what the op's own inputs are; such ops
// have kernels.
bool is_open(const Graph& graph, const GraphValue& v) {
  return v.op && v.op->decompose && !v.epilogue && !claimed(graph, v);
}

}  // namespace

bool composites_have_kernels(const Graph& graph) {
  return std::ranges::none_of(graph.values, [&](const GraphValue& v) { return is_open(graph, v); });
}

void expand_composites(Graph& graph) {
  std::vector<bool> expands;  // asked before values move into the result
  for (const GraphValue& v : graph.values) {
    expands.push_back(is_open(graph, v));
  }
  if (std::find(expands.begin(), expands.end(), true) == expands.end()) return;

  Graph result;
  result.leaf_count = graph.leaf_count;
  result.leaf_names = std::move(graph.leaf_names);
  std::vector<std::vector<int32_t>> renumbered(
      graph.values.size());  // by output, for multiple-output ops
  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    if (v.op == &ops::op_Output()) {
      const auto& whole = renumbered[v.inputs[0]];
      if (whole.size() > 1 || whole[0] < 0) {
        renumbered[i] = {whole[v.output]};
        continue;
      }
      const GraphValue& source = result.values[whole[0]];
      if (!source.op || !source.op->multiple) {  // a decomposition with one output
        renumbered[i] = {whole[0]};
        continue;
      }
    }
    std::vector<int32_t> inputs;
    for (int32_t input : v.inputs) inputs.push_back(renumbered[input][0]);
    if (!expands[i]) {
      for (size_t k = 0; k < inputs.size(); ++k) v.inputs[k] = inputs[k];
      renumbered[i] = {static_cast<int32_t>(result.values.size())};
      result.values.push_back(std::move(v));
      continue;
    }
    renumbered[i] = splice(result, inputs, v.origin, [&](const std::vector<Array>& arrays) {
      Context context(*v.op, arrays, v.attributes);
      return v.op->decompose(context);
    });
    std::vector<Spec> specs = output_specs(*v.op, inputs, result, v.attributes.get());
    LAMINA_ASSERT(renumbered[i].size() == specs.size());
    for (size_t k = 0; k < specs.size(); ++k) {  // kernels rely on what the rule has promised
      const Spec& given = result.values[renumbered[i][k]].spec;
      LAMINA_ASSERT(given.shape == specs[k].shape && given.dtype == specs[k].dtype);
    }
  }
  for (int32_t output : graph.outputs) result.outputs.push_back(renumbered[output][0]);
  graph = std::move(result);
  expand_composites(
      graph);  // what came out may be composite again; the depth is that of definitions
}

}  // namespace lamina

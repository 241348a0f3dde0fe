// Composite ops: a kernel may claim one whole; otherwise it is replaced by what it decomposes into.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/exec/program.h"
#include "lamina/exec/walk.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"

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

// Copies recorded nodes behind `result`, stopping at the placeholders; returns the numbers of
// `roots`.
class Splice {
 public:
  Splice(Graph& result) : result_(result) {}

  void placeholder(Node* node, int32_t value) { numbers_.emplace_back(node, value); }

  int32_t add(Node* root) {
    std::vector<std::pair<Node*, size_t>> stack;
    auto visit = [&](Node* node) {
      if (find(node) < 0) stack.emplace_back(node, 0);
    };
    visit(root);
    while (!stack.empty()) {
      auto& [node, next] = stack.back();
      if (next < node->inputs().size()) {
        visit(node->inputs()[next++]);
        continue;
      }
      Node* done = node;
      stack.pop_back();
      if (find(done) < 0) emit(done);
    }
    return find(root);
  }

 private:
  int32_t find(Node* node) const {
    for (const auto& [n, value] : numbers_) {
      if (n == node) return value;
    }
    return -1;
  }

  void emit(Node* node) {
    GraphValue v;
    v.spec = node->spec;
    v.origin = node->origin;
    if (node->is_ready()) {
      // A decomposition may bring in constants only: other numbers are inputs of the composite.
      LAMINA_ASSERT(node->has(kNumber));
      v.leaf = LeafKind::Number;
      v.is_constant = true;
      v.number = node->number;
    } else {
      v.op = node->op;
      v.attributes = node->attributes;
      v.output = node->output;
      for (Node* input : node->inputs()) v.inputs.push_back(find(input));
    }
    numbers_.emplace_back(node, static_cast<int32_t>(result_.values.size()));
    result_.values.push_back(std::move(v));
  }

  Graph& result_;
  std::vector<std::pair<Node*, int32_t>> numbers_;
};

}  // namespace

void expand_composites(Graph& graph) {
  std::vector<bool> expands;  // asked before values move into the result
  for (const GraphValue& v : graph.values) {
    expands.push_back(v.op && v.op->decompose && !claimed(graph, v));
  }
  if (std::find(expands.begin(), expands.end(), true) == expands.end()) return;

  Graph result;
  result.leaf_count = graph.leaf_count;
  result.leaf_names = std::move(graph.leaf_names);
  std::vector<std::vector<int32_t>> renumbered(
      graph.values.size());  // by output, for multiple-output ops
  NoGrad no_grad;
  Symbolic symbolic;  // the graph lock is held, and placeholders have no values
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
    Splice splice(result);
    std::vector<Array> placeholders;
    for (size_t k = 0; k < inputs.size(); ++k) {
      Node* node = new_node();
      node->spec = result.values[inputs[k]].spec;
      node->state.store(NodeState::Ready);
      placeholders.push_back(Array::adopt(node));
      splice.placeholder(node, inputs[k]);
    }
    const char* before = recording().origin;
    recording().origin = v.origin;
    Context context(*v.op, placeholders, v.attributes);
    std::vector<Array> outputs = v.op->decompose(context);
    recording().origin = before;
    std::vector<Spec> specs = output_specs(*v.op, inputs, result, v.attributes.get());
    LAMINA_ASSERT(outputs.size() == specs.size());
    for (size_t k = 0; k < specs.size();
         ++k) {  // kernels around it rely on what the rule has promised
      LAMINA_ASSERT(outputs[k].shape() == specs[k].shape && outputs[k].dtype() == specs[k].dtype);
    }
    for (const Array& output : outputs) renumbered[i].push_back(splice.add(output.node()));
  }
  for (int32_t output : graph.outputs) result.outputs.push_back(renumbered[output][0]);
  graph = std::move(result);
  expand_composites(
      graph);  // what came out may be composite again; the depth is that of definitions
}

}  // namespace lamina

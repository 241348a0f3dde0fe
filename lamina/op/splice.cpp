#include "lamina/op/splice.h"

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"

namespace lamina {
namespace {

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
      // Constants only: other numbers are inputs.
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

std::vector<int32_t> splice(
    Graph& graph, std::span<const int32_t> inputs, const char* origin,
    FunctionRef<std::vector<Array>(const std::vector<Array>&)> expression) {
  NoGrad no_grad;
  Symbolic symbolic;  // placeholders have no values
  Splice splice(graph);
  std::vector<Array> placeholders;
  for (int32_t input : inputs) {
    Node* node = new_node();
    node->spec = graph.values[input].spec;
    node->state.store(NodeState::Ready);
    placeholders.push_back(Array::adopt(node));
    splice.placeholder(node, input);
  }
  const char* before = recording().origin;
  recording().origin = origin;
  const std::vector<Array> outputs = expression(placeholders);
  recording().origin = before;
  std::vector<int32_t> numbers;
  for (const Array& output : outputs) numbers.push_back(splice.add(output.node()));
  return numbers;
}

}  // namespace lamina

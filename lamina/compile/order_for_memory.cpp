#include "lamina/compile/order_for_memory.h"

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

size_t at(int32_t i) { return static_cast<size_t>(i); }

class Ordering {
 public:
  explicit Ordering(Graph& graph)
      : graph_(graph), level_(graph.values.size()), waits_(graph.values.size()) {
    for (size_t i = 0; i < graph.values.size(); ++i) {
      for (int32_t input : graph.values[i].inputs)
        level_[i] = std::max(level_[i], level_[at(input)] + 1);
    }
    find_what_waits();
  }

  void run() {
    std::vector<int32_t> outputs = graph_.outputs;
    std::stable_sort(outputs.begin(), outputs.end(), [&](int32_t a, int32_t b) {
      return level_[at(a)] < level_[at(b)];
    });
    Graph result;
    result.leaf_count = graph_.leaf_count;
    result.leaf_names = std::move(graph_.leaf_names);
    std::vector<int32_t> number(graph_.values.size(), -1);
    std::vector<bool> open(graph_.values.size(), false);
    std::vector<int32_t> stack;
    for (int32_t output : outputs) {
      stack.push_back(output);
      while (!stack.empty()) {
        const int32_t value = stack.back();
        if (number[at(value)] >= 0) {
          stack.pop_back();
        } else if (!open[at(value)]) {
          open[at(value)] = true;
          push_inputs(value, number, open, stack);
        } else {
          stack.pop_back();
          number[at(value)] = static_cast<int32_t>(result.values.size());
          GraphValue v = std::move(graph_.values[at(value)]);
          for (int32_t& input : v.inputs) {
            input = number[at(input)];
            LAMINA_ASSERT(input >= 0);
          }
          result.values.push_back(std::move(v));
        }
      }
    }
    for (int32_t output : graph_.outputs) result.outputs.push_back(number[at(output)]);
    graph_ = std::move(result);
  }

 private:
  // The deepest on top, so that it is computed first; what is waited for below.
  void push_inputs(int32_t value, const std::vector<int32_t>& number, const std::vector<bool>& open,
                   std::vector<int32_t>& stack) {
    // Waiting is a wish: two may wait for each other.
    for (int32_t other : waits_[at(value)]) {
      if (number[at(other)] < 0 && !open[at(other)]) stack.push_back(other);
    }
    const auto first = static_cast<std::ptrdiff_t>(stack.size());
    for (int32_t input : graph_.values[at(value)].inputs) {
      if (number[at(input)] < 0) stack.push_back(input);
    }
    std::reverse(stack.begin() + first, stack.end());
    std::stable_sort(stack.begin() + first, stack.end(), [&](int32_t a, int32_t b) {
      return level_[at(a)] < level_[at(b)];
    });
  }

  // The instruction that computes a value.
  int32_t source(int32_t value) const {
    const GraphValue& v = graph_.values[at(value)];
    return v.op == &ops::op_Output() ? v.inputs[0] : value;
  }

  void find_what_waits() {
    // Who reads the memory of a leaf that dies, also by a view of it.
    std::vector<int32_t> leaf(graph_.values.size(), -1);
    std::vector<std::vector<int32_t>> readers(graph_.values.size());
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      const GraphValue& v = graph_.values[i];
      if (v.leaf == LeafKind::Data && v.dies) leaf[i] = static_cast<int32_t>(i);
      if (v.op && v.op->view) {
        leaf[i] = leaf[at(v.inputs[0])];
        continue;
      }
      for (int32_t input : v.inputs) {
        if (leaf[at(input)] >= 0) readers[at(leaf[at(input)])].push_back(static_cast<int32_t>(i));
      }
    }
    for (int32_t output : graph_.outputs) {
      const int32_t writer = source(output);
      for (int32_t input : graph_.values[at(writer)].inputs) {
        const int32_t old = leaf[at(input)];
        if (old < 0 || !(graph_.values[at(old)].spec.shape == graph_.values[at(output)].spec.shape))
          continue;
        for (int32_t reader : readers[at(old)]) {
          if (reader != writer && level_[at(reader)] <= level_[at(writer)])
            waits_[at(writer)].push_back(reader);
        }
      }
    }
  }

  Graph& graph_;
  std::vector<int> level_;
  std::vector<std::vector<int32_t>> waits_;  // other values that had better be computed before
};

}  // namespace

void order_for_memory(Graph& graph) { Ordering(graph).run(); }

}  // namespace lamina

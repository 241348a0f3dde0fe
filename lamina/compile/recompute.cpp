#include "lamina/compile/recompute.h"

#include <algorithm>
#include <unordered_map>

#include "lamina/op/elementwise.h"
#include "lamina/op/op.h"
#include "lamina/op/scalar.h"
#include "lamina/op/subgraph.h"

namespace lamina {
namespace {

constexpr size_t kLongestChain = 8;
// An operand of a fraction of the size is read from a cache.
constexpr int64_t kSmall = 8;
// Values between two readers, and bytes, above which memory is worth a pass over it.
constexpr int32_t kLongBetween = 100;
constexpr int64_t kWorthDropping = 1 << 18;

bool is_cheap(ScalarOp op) {
  switch (op) {
    case ScalarOp::Input: case ScalarOp::Constant: case ScalarOp::Cast:
    case ScalarOp::Add: case ScalarOp::Subtract: case ScalarOp::Multiply:
    case ScalarOp::Minimum: case ScalarOp::Maximum: case ScalarOp::Negative:
    case ScalarOp::Absolute: case ScalarOp::Equal: case ScalarOp::NotEqual:
    case ScalarOp::Less: case ScalarOp::LessEqual: case ScalarOp::Greater:
    case ScalarOp::GreaterEqual: case ScalarOp::And: case ScalarOp::Or:
    case ScalarOp::Xor: case ScalarOp::Not: case ScalarOp::Select:
      return true;
    default:
      return false;
  }
}

class Recomputing {
 public:
  explicit Recomputing(const Graph& graph) : graph_(graph), uses_(graph.use_counts()) {}

  // Whether a product or convolution had better compute its input again: one long before read it too,
  // and between the two it would only occupy memory.
  bool pays_to_drop(int32_t value, int32_t reader) {
    if (first_product_.empty()) {
      first_product_.assign(graph_.values.size(), -1);
      for (size_t i = graph_.values.size(); i-- > 0;) {
        const GraphValue& v = graph_.values[i];
        if (!v.op || !v.op->flops) continue;
        for (int32_t input : v.inputs) first_product_[input] = static_cast<int32_t>(i);
      }
    }
    const Spec& s = graph_.values[value].spec;
    return s.shape.elements() * static_cast<int64_t>(size_of(s.dtype)) >= kWorthDropping &&
           reader - first_product_[value] > kLongBetween;
  }

  // The values to compute again for `value`, in order; empty when it had better be kept.
  std::vector<int32_t> chain(int32_t value) {
    std::vector<int32_t> members;
    if (uses_[value] < 2 || !joins(value)) return members;
    int32_t base = -1;
    std::vector<int32_t> pending{value};
    while (!pending.empty()) {
      const int32_t next = pending.back();
      pending.pop_back();
      if (std::find(members.begin(), members.end(), next) != members.end()) continue;
      members.push_back(next);
      if (members.size() > kLongestChain) return {};
      for (int32_t input : graph_.values[next].inputs) {
        if (is_small(input, value)) continue;
        if (joins(input) && graph_.values[input].spec.shape == graph_.values[value].spec.shape) {
          pending.push_back(input);
        } else if (base < 0 || base == input) {
          base = input;
        } else {
          return {};
        }
      }
    }
    if (base < 0 || !in_memory(base)) return {};
    std::sort(members.begin(), members.end());
    return members;
  }

 private:
  bool is_small(int32_t input, int32_t beside) const {
    return graph_.values[input].spec.shape.elements() * kSmall <=
           graph_.values[beside].spec.shape.elements();
  }

  bool joins(int32_t value) {
    const GraphValue& v = graph_.values[value];
    return v.op && v.op->elementwise && has_cheap_formula(v);
  }

  bool has_cheap_formula(const GraphValue& v) {
    auto [known, is_new] = cheap_.try_emplace(v.op, true);
    if (!is_new) return known->second;
    ScalarProgram program;
    SmallVector<uint16_t, 4> operands;
    for (size_t k = 0; k < v.inputs.size(); ++k) {
      operands.push_back(program.input(static_cast<int>(k),
                                       compute_type(graph_.values[v.inputs[k]].spec.dtype)));
    }
    append_formula(*v.op, program, operands, v.spec.dtype);
    for (const ScalarInstruction& i : program.code) known->second &= is_cheap(i.op);
    return known->second;
  }

  // Written in any case: only a product with one reader may have its epilogue, and never be written.
  bool in_memory(int32_t value) const {
    const GraphValue& v = graph_.values[value];
    return v.leaf != LeafKind::None || uses_[value] > 1 || (v.op && !v.op->flops);
  }

  const Graph& graph_;
  const std::vector<int32_t> uses_;
  std::unordered_map<const Op*, bool> cheap_;
  std::vector<int32_t> first_product_;  // that reads a value
};

}  // namespace

void recompute(Graph& graph) {
  Recomputing recomputing(graph);
  Graph result;
  result.leaf_count = graph.leaf_count;
  std::vector<int32_t> renumbered(graph.values.size());
  auto append = [&](GraphValue v) {
    result.values.push_back(std::move(v));
    return static_cast<int32_t>(result.values.size() - 1);
  };
  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    const bool in_a_loop = v.op && (v.op->elementwise || v.op->monoid);
    const bool product = v.op && v.op->flops;
    // What one reader computes again, it computes once.
    std::unordered_map<int32_t, int32_t> again;
    auto now = [&](int32_t value) {
      auto found = again.find(value);
      return found == again.end() ? renumbered[value] : found->second;
    };
    if (in_a_loop || product) {
      for (int32_t input : v.inputs) {
        if (product && !recomputing.pays_to_drop(input, static_cast<int32_t>(i))) continue;
        for (int32_t member : recomputing.chain(input)) {
          if (again.contains(member)) continue;
          GraphValue copy = copy_value(graph.values[member]);
          for (int32_t& k : copy.inputs) k = now(k);
          again[member] = append(std::move(copy));
        }
      }
    }
    // The original stays readable for chains of later values.
    GraphValue kept = copy_value(v);
    for (int32_t& k : kept.inputs) k = now(k);
    renumbered[i] = append(std::move(kept));
  }
  result.leaf_names = std::move(graph.leaf_names);
  for (int32_t output : graph.outputs) result.outputs.push_back(renumbered[output]);
  graph = std::move(result);
  remove_dead_values(graph);
}

}  // namespace lamina

#include "lamina/compile/fuse.h"

#include "lamina/base/error.h"
#include "lamina/compile/loop_groups.h"
#include "lamina/op/cluster.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/loop_phases.h"
#include "lamina/op/op.h"
#include "lamina/op/reduction.h"

namespace lamina {

LAMINA_USE_OP(BroadcastTo)
LAMINA_USE_OP(Output)

namespace {

bool is_elementwise(const GraphValue& v) { return v.op && v.op->elementwise; }
bool is_reduction(const GraphValue& v) { return v.op && v.op->monoid.has_value(); }

// One group as a cluster value, with the values it reads from outside as inputs.
class ClusterBuilder {
 public:
  ClusterBuilder(const Graph& graph, const LoopGroups& grouping, int g)
      : graph_(graph), grouping_(grouping), g_(g), group_(grouping.groups()[g]) {}

  // Fills `value`; returns the members that are read from outside, in the order of the outputs.
  std::vector<int32_t> build(GraphValue& value) {
    Cluster c;
    c.domain = group_.domain;
    c.reduced = group_.reduced;
    std::vector<std::pair<int32_t, uint16_t>> results;  // member -> value of the program
    auto result_of = [&](int32_t member) {
      for (auto& [m, r] : results) {
        if (m == member) return r;
      }
      throw InternalError("fuse: a member is read before it is computed");
    };
    std::vector<int32_t> kept;
    int reductions = 0;
    for (int32_t member : group_.members) {
      const GraphValue& v = graph_.values[member];
      SmallVector<uint16_t, 4> operands;
      for (int32_t input : v.inputs) {
        bool inside = grouping_.group(input) == g_;
        operands.push_back(inside ? result_of(input) : operand(c, value, input));
      }
      c.ops.push_back(v.op->name);
      if (is_reduction(v)) {
        GraphValue alone;
        alone.op = v.op;
        alone.attributes = v.attributes;
        alone.spec = v.spec;
        const Spec* input = &graph_.values[v.inputs[0]].spec;
        Cluster single = cluster_of(alone, {&input, 1});
        Cluster::Output output = single.outputs[0];
        output.value = c.program.cast(operands[0], compute_type(v.spec.dtype));
        c.outputs.push_back(output);
        kept.push_back(member);
        if (group_.reads_rows) {
          const int number = kFirstResult + reductions++;
          results.emplace_back(member, c.program.input(number, compute_type(v.spec.dtype)));
        }
        continue;
      }
      uint16_t result = append_formula(*v.op, c.program, operands, v.spec.dtype);
      if (is_floating(v.spec.dtype) && size_of(v.spec.dtype) == 2 && asks_for_rounding(v)) {
        const bool half = v.spec.dtype == DType::Float16;
        result = c.program.push(half ? ScalarOp::RoundFloat16 : ScalarOp::RoundBFloat16,
                                ScalarType::F32, result);
      }
      results.emplace_back(member, result);
      if (read_outside(member)) {
        c.outputs.push_back(
            {result, v.spec, broadcast_axes(v.spec.shape, c.domain), false, Monoid::Sum});
        kept.push_back(member);
      }
    }
    for (ScalarInstruction& i : c.program.code) {  // now the number of inputs is known
      if (is_result(i, kFirstResult))
        i.a = static_cast<uint16_t>(i.a - kFirstResult + value.inputs.size());
    }
    value.cluster = std::make_shared<const Cluster>(std::move(c));
    value.origin = graph_.values[group_.members.back()].origin;
    return kept;
  }

 private:
  static constexpr int kFirstResult = 1 << 14;

  bool read_outside(int32_t member) const {
    if (grouping_.is_output(member)) return true;
    for (int32_t user : grouping_.users(member)) {
      if (grouping_.group(user) != g_) return true;
    }
    return false;
  }

  uint16_t operand(Cluster& c, GraphValue& value, int32_t input) {
    const GraphValue& source = graph_.values[input];
    if (is_constant_number(source)) {
      double number = is_floating(source.spec.dtype) ? source.number.real
                                                     : static_cast<double>(source.number.integer);
      if (source.spec.dtype != DType::Float64) number = static_cast<float>(number);
      return c.program.constant(number, compute_type(source.spec.dtype));
    }
    for (size_t k = 0; k < value.inputs.size(); ++k) {
      if (value.inputs[k] == input) return loaded_[k];
    }
    const Spec& s = graph_.values[input].spec;
    value.inputs.push_back(input);
    c.input_axes.push_back(broadcast_axes(s.shape, c.domain));
    loaded_.push_back(
        c.program.input(static_cast<int>(value.inputs.size()) - 1, compute_type(s.dtype)));
    return loaded_.back();
  }

  const Graph& graph_;
  const LoopGroups& grouping_;
  int g_;
  const LoopGroups::Group& group_;
  std::vector<uint16_t> loaded_;
};

// Loops broadcast what they read.
void read_through_broadcasts(Graph& graph) {
  for (GraphValue& v : graph.values) {
    if (!is_elementwise(v)) continue;
    for (int32_t& input : v.inputs) {
      while (graph.values[input].op == &ops::op_BroadcastTo())
        input = graph.values[input].inputs[0];
    }
  }
}

}  // namespace

void fuse(Graph& graph) {
  read_through_broadcasts(graph);
  const LoopGroups grouping(graph);
  // A group runs where its last member stood, by when all its inputs are there: but a value outside
  // that reads an early member and feeds nothing of the group may stand in between. So values are
  // emitted when everything they read has been, starting from the outputs.
  Graph result;
  result.leaf_count = graph.leaf_count;
  result.leaf_names = std::move(graph.leaf_names);
  std::vector<int32_t> renumbered(graph.values.size(), -1);
  std::vector<bool> group_done(grouping.groups().size(), false);

  struct Frame {
    int32_t value;
    bool expanded;
  };
  std::vector<Frame> stack;
  auto inputs_of = [&](int32_t value) {
    std::vector<int32_t> inputs;
    int g = grouping.group(value);
    if (g < 0) {
      for (int32_t input : graph.values[value].inputs) inputs.push_back(input);
      return inputs;
    }
    for (int32_t member : grouping.groups()[g].members) {
      for (int32_t input : graph.values[member].inputs) {
        if (grouping.group(input) != g && !is_constant_number(graph.values[input]))
          inputs.push_back(input);
      }
    }
    return inputs;
  };
  auto emit_group = [&](int g) {
    GraphValue value;
    std::vector<int32_t> kept = ClusterBuilder(graph, grouping, g).build(value);
    for (int32_t& input : value.inputs) input = renumbered[input];
    int32_t whole = static_cast<int32_t>(result.values.size());
    bool single = kept.size() == 1;
    if (single) value.spec = graph.values[kept[0]].spec;
    result.values.push_back(std::move(value));
    for (size_t k = 0; k < kept.size(); ++k) {
      if (single) {
        renumbered[kept[0]] = whole;
        continue;
      }
      GraphValue output;
      output.op = &ops::op_Output();
      output.inputs = {whole};
      output.output = static_cast<uint16_t>(k);
      output.spec = graph.values[kept[k]].spec;
      renumbered[kept[k]] = static_cast<int32_t>(result.values.size());
      result.values.push_back(std::move(output));
    }
    group_done[g] = true;
  };
  for (int32_t output : graph.outputs) {
    stack.push_back({output, false});
    while (!stack.empty()) {
      Frame frame = stack.back();
      stack.pop_back();
      int g = grouping.group(frame.value);
      if (g >= 0 ? group_done[g] : renumbered[frame.value] >= 0) continue;
      if (!frame.expanded) {
        stack.push_back({frame.value, true});
        std::vector<int32_t> inputs = inputs_of(frame.value);
        for (size_t k = inputs.size(); k-- > 0;) stack.push_back({inputs[k], false});
        continue;
      }
      if (g >= 0) {
        emit_group(g);
        continue;
      }
      GraphValue v = std::move(graph.values[frame.value]);
      // The grouping still asks for specs of moved values: leave a copy behind.
      graph.values[frame.value].spec = v.spec;
      graph.values[frame.value].op = v.op;
      for (int32_t& input : v.inputs) input = renumbered[input];
      renumbered[frame.value] = static_cast<int32_t>(result.values.size());
      result.values.push_back(std::move(v));
    }
  }
  for (int32_t output : graph.outputs) result.outputs.push_back(renumbered[output]);
  graph = std::move(result);
}

}  // namespace lamina

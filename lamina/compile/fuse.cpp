#include "lamina/compile/fuse.h"

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/loop_body.h"
#include "lamina/op/cluster.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/op.h"
#include "lamina/op/reduction.h"

namespace lamina {

LAMINA_USE_OP(Cast)
LAMINA_USE_OP(Output)

namespace {

// More than a tile interpreter keeps in L1, or an op's operand list takes.
constexpr size_t kMostMembers = 48;
constexpr size_t kMostInputs = 24;
// Of all values of a loop's body together, in bytes, if they stay in a cache. A loop over elements
// costs about as much to start there as to run, and nothing is won by computing a value late: so what
// stands beside each other becomes one loop, too.
constexpr int64_t kFew = int64_t{8} << 20;

bool is_elementwise(const GraphValue& v) { return v.op && v.op->elementwise; }
bool is_reduction(const GraphValue& v) { return v.op && v.op->monoid.has_value(); }

// Results of 16-bit floats are rounded where that is asked for: by a cast, or because each op must give
// what it gives alone. Elsewhere a loop goes on with float32.
bool asks_for_rounding(const GraphValue& v) {
  return v.op == &ops::op_Cast() || is_deterministic();
}

// Values that change when they are stored, and so must be stored before they are read: integers that
// wrap, as loops compute in 64 bits, and what is rounded to float16; to bfloat16 a loop rounds.
bool changes_when_stored(const GraphValue& v) {
  const DType d = v.spec.dtype;
  if (is_integer(d)) return size_of(d) < 8;
  return d == DType::Float16 && asks_for_rounding(v);
}

// A number that is part of the program: it stands in the loops that use it, not in memory. One that
// its type would round or wrap stays in memory, where that happens.
bool is_constant_number(const GraphValue& v) {
  if (v.leaf != LeafKind::Number || !(v.is_constant || v.leaf_index < 0)) return false;
  const double real = v.number.real;
  if (!is_floating(v.spec.dtype)) return v.number.integer >= 0 && v.number.integer <= 127;
  return size_of(v.spec.dtype) >= 4 || (std::floor(2 * real) == 2 * real && std::abs(real) <= 100);
}

// What a loop over the value runs through: its elements, or those that it reduces.
const Shape& domain_of(const Graph& graph, const GraphValue& v) {
  return is_reduction(v) ? graph.values[v.inputs[0]].spec.shape : v.spec.shape;
}

// Groups are numbered; a value belongs to at most one. Every group, and every value outside of them,
// has a level, and reads lower levels only: so no two groups can wait for each other.
class Grouping {
 public:
  explicit Grouping(const Graph& graph) : graph_(graph), group_(graph.values.size(), -1) {
    users_.resize(graph.values.size());
    for (size_t i = 0; i < graph.values.size(); ++i) {
      for (int32_t input : graph.values[i].inputs) users_[input].push_back(static_cast<int32_t>(i));
    }
    is_output_.assign(graph.values.size(), false);
    for (int32_t output : graph.outputs) is_output_[output] = true;
    level_.assign(graph.values.size(), 0);
    int64_t bytes = 0;
    for (const GraphValue& v : graph.values) {
      if (v.op && !v.op->view)
        bytes += v.spec.shape.elements() * static_cast<int64_t>(size_of(v.spec.dtype));
    }
    is_small_ = is_loop_body() && bytes <= kFew;
    for (size_t i = 0; i < graph.values.size(); ++i) place(static_cast<int32_t>(i));
    for (size_t g = groups_.size(); g-- > 0;) sink(static_cast<int>(g));
  }

  struct Group {
    std::vector<int32_t> members;  // ascending
    Shape domain;
    bool reduces = false;
    SmallVector<uint8_t, 8> reduced;  // flags per axis, of its reductions
    size_t inputs = 0;
    int level = 0;
    std::vector<int32_t> outside = {};  // what it reads; small bodies count it once
  };
  const std::vector<Group>& groups() const { return groups_; }
  int group(int32_t value) const { return group_[value]; }
  const std::vector<int32_t>& users(int32_t value) const { return users_[value]; }
  bool is_output(int32_t value) const { return is_output_[value]; }

 private:
  int level_of(int32_t value) const {
    return group_[value] >= 0 ? groups_[group_[value]].level : level_[value];
  }

  // Puts a value into the newest group of one of its producers that takes it, or into a new one.
  void place(int32_t i) {
    const GraphValue& v = graph_.values[i];
    int level = 0;
    for (int32_t input : v.inputs) level = std::max(level, level_of(input) + 1);
    level_[i] = level;
    if (!is_elementwise(v) && !is_reduction(v)) return;
    const Shape& domain = domain_of(graph_, v);
    int best = -1;
    for (int32_t input : v.inputs) {
      int g = group_[input];
      if (g > best && joins(i, g, domain)) best = g;
    }
    if (best < 0) best = beside(v, domain, level);
    if (best < 0) {
      best = static_cast<int>(groups_.size());
      groups_.push_back({{}, domain, false, {}, 0, level});
    }
    Group& group = groups_[best];
    group.members.push_back(i);
    group.inputs = inputs_with(best, v);
    for (int32_t input : v.inputs) {
      if (!is_read(group, input) && group_[input] != best) group.outside.push_back(input);
    }
    if (is_reduction(v)) {
      group.reduces = true;
      group.reduced = reduced_flags(v, domain);
    }
    group_[i] = best;
  }

  // A group of the same level, which cannot wait for the value nor it for the group.
  int beside(const GraphValue& v, const Shape& domain, int level) const {
    if (!is_small_ || is_reduction(v) || is_deterministic()) return -1;
    for (size_t g = groups_.size(); g-- > 0;) {
      const Group& group = groups_[g];
      if (group.level == level && !group.reduces && group.domain == domain &&
          group.members.size() < kMostMembers &&
          inputs_with(static_cast<int>(g), v) <= kMostInputs) {
        return static_cast<int>(g);
      }
    }
    return -1;
  }

  static bool is_read(const Group& group, int32_t input) {
    return std::find(group.outside.begin(), group.outside.end(), input) != group.outside.end();
  }

  // Of the group with one more member: operands, or in a small body what it reads.
  size_t inputs_with(int g, const GraphValue& v) const {
    const Group& group = groups_[g];
    if (!is_small_) return group.inputs + v.inputs.size();
    size_t more = 0;
    for (int32_t input : v.inputs) {
      if (group_[input] != g && !is_read(group, input) && !is_constant_number(graph_.values[input]))
        ++more;
    }
    return group.inputs + more;
  }

  // What was computed early for one later group only moves into that group, so that it is not read
  // again from memory: the group reads higher levels than its producer could have.
  void sink(int g) {
    Group& group = groups_[g];
    if (group.reduces) return;
    int target = -1;
    for (int32_t member : group.members) {
      if (changes_when_stored(graph_.values[member])) return;
      for (int32_t user : users_[member]) {
        if (group_[user] == g) continue;
        if (group_[user] < 0 || (target >= 0 && group_[user] != target)) return;
        target = group_[user];
      }
    }
    if (target < 0) return;
    Group& into = groups_[target];
    if (into.reduces && is_deterministic()) return;
    if (!(into.domain == group.domain) || into.members.size() + group.members.size() > kMostMembers ||
        into.inputs + group.inputs > kMostInputs) {
      return;
    }
    for (int32_t member : group.members) group_[member] = target;
    into.members.insert(into.members.end(), group.members.begin(), group.members.end());
    std::sort(into.members.begin(), into.members.end());
    into.inputs += group.inputs;
    group.members.clear();
  }

  static SmallVector<uint8_t, 8> reduced_flags(const GraphValue& v, const Shape& domain) {
    SmallVector<uint8_t, 8> flags(domain.size(), 0);
    for (int64_t axis : v.attributes->as<ReductionAttributes>().axis) flags[axis] = 1;
    return flags;
  }

  bool joins(int32_t i, int g, const Shape& domain) {
    const Group& group = groups_[g];
    const GraphValue& v = graph_.values[i];
    if (!(group.domain == domain) || group.members.size() >= kMostMembers ||
        inputs_with(g, v) > kMostInputs) {
      return false;
    }
    // What shares a loop with a reduction changes the tiles, and so the order in which it adds.
    if (is_deterministic() && (is_reduction(v) || group.reduces)) return false;
    // Reductions of one loop reduce the same axes.
    if (is_reduction(v) && group.reduces && !(group.reduced == reduced_flags(v, domain))) {
      return false;
    }
    for (int32_t input : v.inputs) {
      // Nothing may read a reduction, or broadcast a member, within the loop that computes it.
      if (group_[input] == g) {
        const GraphValue& member = graph_.values[input];
        if (is_reduction(member) || !(member.spec.shape == domain) || changes_when_stored(member)) {
          return false;
        }
      } else if (level_of(input) >= group.level) {
        return false;  // the two might wait for each other
      }
    }
    return true;
  }

  const Graph& graph_;
  std::vector<std::vector<int32_t>> users_;
  std::vector<bool> is_output_;
  std::vector<int> group_, level_;
  std::vector<Group> groups_;
  bool is_small_ = false;
};

// One group as a cluster value, with the values it reads from outside as inputs.
class ClusterBuilder {
 public:
  ClusterBuilder(const Graph& graph, const Grouping& grouping, int g)
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
        continue;
      }
      uint16_t result = append_formula(*v.op, c.program, operands, v.spec.dtype);
      if (v.spec.dtype == DType::BFloat16 && asks_for_rounding(v))
        result = c.program.push(ScalarOp::RoundBFloat16, ScalarType::F32, result);
      results.emplace_back(member, result);
      if (read_outside(member)) {
        c.outputs.push_back(
            {result, v.spec, broadcast_axes(c.domain, c.domain), false, Monoid::Sum});
        kept.push_back(member);
      }
    }
    value.cluster = std::make_shared<const Cluster>(std::move(c));
    value.origin = graph_.values[group_.members.back()].origin;
    return kept;
  }

 private:
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
  const Grouping& grouping_;
  int g_;
  const Grouping::Group& group_;
  std::vector<uint16_t> loaded_;
};

}  // namespace

void fuse(Graph& graph) {
  Grouping grouping(graph);
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

#include "lamina/compile/fuse.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "lamina/base/error.h"
#include "lamina/exec/deterministic.h"
#include "lamina/op/cluster.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/loop_phases.h"
#include "lamina/op/op.h"
#include "lamina/op/reduction.h"

namespace lamina {

LAMINA_USE_OP(BroadcastTo)
LAMINA_USE_OP(Cast)
LAMINA_USE_OP(Output)

namespace {

// More than a tile interpreter keeps in L1, or an op's operand list takes.
constexpr size_t kMostMembers = 48;
constexpr size_t kMostInputs = 24;

// Rows that a loop runs through in phases (op/loop_phases.h): they stay in the first-level cache between
// phases, and are worth the steps between them.
constexpr int64_t kMostRowBytes = 16 << 10;
constexpr int64_t kShortestRow = 8;

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

// The shape of what reductions along the flagged axes give when they keep the axes; nothing where a
// loop cannot go on with that, because other axes follow or the rows do not fit.
std::optional<Shape> shape_of_rows(const Shape& domain, const SmallVector<uint8_t, 8>& reduced) {
  Shape rows = domain;
  int64_t points = 1;
  for (size_t d = domain.size(); d-- > 0;) {
    if (reduced[d]) {
      points *= domain[d];
      rows[d] = 1;
    } else if (domain[d] != 1) {
      for (size_t before = 0; before < d; ++before) {
        if (reduced[before] && domain[before] != 1) return std::nullopt;
      }
      break;
    }
  }
  const bool fits = points >= kShortestRow && points <= kMostRowBytes / int64_t{sizeof(float)};
  return fits ? std::optional(rows) : std::nullopt;
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
    for (size_t i = 0; i < graph.values.size(); ++i) place(static_cast<int32_t>(i));
    for (size_t g = groups_.size(); g-- > 0;) shed(static_cast<int>(g));
    for (size_t g = groups_.size(); g-- > 0;) sink(static_cast<int>(g));
  }

  struct Group {
    std::vector<int32_t> members;  // ascending
    Shape domain;
    bool reduces = false;
    SmallVector<uint8_t, 8> reduced;  // flags per axis, of its reductions
    std::optional<Shape> rows;        // of their results, if the loop may go on with these
    bool reads_rows = false;          // .. and does
    size_t inputs = 0;
    int level = 0;
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
    if (best < 0) {
      best = static_cast<int>(groups_.size());
      groups_.emplace_back();
      groups_.back().domain = domain;
      groups_.back().level = level;
    }
    Group& group = groups_[best];
    group.reads_rows |= reads_rows(v, best);
    group.members.push_back(i);
    group.inputs += outside_inputs(v, best);
    if (is_reduction(v)) {
      group.reduces = true;
      group.reduced = reduced_flags(v, domain);
      group.rows = shape_of_rows(domain, group.reduced);
    }
    group_[i] = best;
  }

  size_t outside_inputs(const GraphValue& v, int g) const {
    return static_cast<size_t>(std::count_if(
        v.inputs.begin(), v.inputs.end(), [&](int32_t input) { return group_[input] != g; }));
  }

  // A loop over rows takes all that reads its rows. What another loop alone needs of that, as a
  // backward pass does of the forward one, moves there where this makes fewer values to keep.
  void shed(int g) {
    if (!groups_[g].reads_rows) return;
    const std::vector<int32_t> members = groups_[g].members;
    std::vector<std::pair<int32_t, int>> leaving;  // member -> group, last ones first
    auto target_of = [&](int32_t value) {
      for (auto& [member, target] : leaving) {
        if (member == value) return target;
      }
      return group_[value];
    };
    for (size_t k = members.size(); k-- > 0;) {
      const GraphValue& v = graph_.values[members[k]];
      if (is_output_[members[k]] || is_reduction(v) || is_row(v, groups_[g])) continue;
      int target = -1;
      for (int32_t user : users_[members[k]]) {
        const int t = target_of(user);
        if (t < 0 || t == g || (target >= 0 && t != target)) {
          target = -1;
          break;
        }
        target = t;
      }
      if (target >= 0) leaving.emplace_back(members[k], target);
    }
    while (!leaving.empty()) {
      const int target = leaving.front().second;
      std::vector<int32_t> some;
      for (auto& [member, to] : leaving) {
        if (to == target) some.push_back(member);
      }
      std::erase_if(leaving, [&](const auto& pair) { return pair.second == target; });
      if (kept_by_moving(g, some) < 0) move(g, target, std::move(some));
    }
  }

  // How many more values of whole rows must be kept if these members of a group leave it.
  int kept_by_moving(int g, const std::vector<int32_t>& some) const {
    auto leaves = [&](int32_t value) {
      return std::find(some.begin(), some.end(), value) != some.end();
    };
    auto is_read_outside = [&](int32_t value) {
      return is_output_[value] || std::any_of(users_[value].begin(), users_[value].end(),
                                              [&](int32_t user) { return group_[user] != g; });
    };
    int more = 0;
    for (int32_t member : some) {
      if (is_read_outside(member)) --more;
    }
    for (int32_t member : groups_[g].members) {
      const bool is_read = std::any_of(users_[member].begin(), users_[member].end(), leaves);
      if (is_read && !leaves(member) && !is_row(graph_.values[member], groups_[g]) &&
          !is_read_outside(member))
        ++more;
    }
    return more;
  }

  // Where the other group takes them.
  void move(int from, int to, std::vector<int32_t> some) {
    Group &group = groups_[from], &into = groups_[to];
    size_t inputs = 0;
    for (int32_t member : some) {
      for (int32_t input : graph_.values[member].inputs)
        inputs += group_[input] != to && std::find(some.begin(), some.end(), input) == some.end();
      if (changes_when_stored(graph_.values[member])) return;
    }
    if (!(into.domain == group.domain) || into.members.size() + some.size() > kMostMembers ||
        into.inputs + inputs > kMostInputs || (into.reads_rows && !all_fit_rows(some, into)))
      return;
    for (int32_t member : some) {
      group_[member] = to;
      std::erase(group.members, member);
    }
    into.members.insert(into.members.end(), some.begin(), some.end());
    std::sort(into.members.begin(), into.members.end());
    into.inputs += inputs;
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
    if (into.reads_rows && !all_fit_rows(group.members, into)) return;
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

  // Whether a reduction gives what its loop can go on with: in the type in which it adds up.
  static bool gives_row(const GraphValue& v, const Group& group) {
    return v.spec.shape == *group.rows && *v.op->monoid <= Monoid::Maximum &&
           (v.spec.dtype == DType::Float32 || v.spec.dtype == DType::Float64);
  }
  static bool is_row(const GraphValue& v, const Group& group) {
    return group.rows && !(group.domain == *group.rows) &&
           (is_reduction(v) || v.spec.shape == *group.rows);
  }
  bool reads_rows(const GraphValue& v, int g) const {
    return std::any_of(v.inputs.begin(), v.inputs.end(), [&](int32_t input) {
      return group_[input] == g && is_row(graph_.values[input], groups_[g]);
    });
  }
  // Whether a value may be computed in a loop that runs through rows in phases.
  bool fits_rows(const GraphValue& v, const Group& group) const {
    if (is_reduction(v) && !gives_row(v, group)) return false;
    return std::all_of(v.inputs.begin(), v.inputs.end(), [&](int32_t input) {
      return spans_rows(graph_.values[input].spec.shape, group);
    });
  }
  bool all_fit_rows(const std::vector<int32_t>& members, const Group& group) const {
    return std::all_of(members.begin(), members.end(), [&](int32_t member) {
      return fits_rows(graph_.values[member], group);
    });
  }
  // Whether an operand of this shape has all points of a row, or one.
  static bool spans_rows(const Shape& operand, const Group& group) {
    const size_t missing = group.domain.size() - operand.size();
    bool all = true, one = true;
    for (size_t d = 0; d < group.domain.size(); ++d) {
      if (!group.reduced[d] || group.domain[d] == 1) continue;
      const bool there = d >= missing && operand[d - missing] != 1;
      all &= there;
      one &= !there;
    }
    return all || one;
  }

  static SmallVector<uint8_t, 8> reduced_flags(const GraphValue& v, const Shape& domain) {
    SmallVector<uint8_t, 8> flags(domain.size(), 0);
    for (int64_t axis : v.attributes->as<ReductionAttributes>().axis) flags[axis] = 1;
    return flags;
  }

  bool joins(int32_t i, int g, const Shape& domain) {
    const Group& group = groups_[g];
    const GraphValue& v = graph_.values[i];
    const bool row = is_elementwise(v) && group.rows && *group.rows == domain;
    if (!(row || group.domain == domain) || group.members.size() >= kMostMembers ||
        group.inputs + outside_inputs(v, g) > kMostInputs) {
      return false;
    }
    // What shares a loop with a reduction changes the tiles, and so the order in which it adds.
    if (is_deterministic() && (is_reduction(v) || group.reduces)) return false;
    // Reductions of one loop reduce the same axes.
    if (is_reduction(v) && group.reduces && !(group.reduced == reduced_flags(v, domain))) {
      return false;
    }
    if (reads_rows(v, g) && !group.reads_rows && !all_fit_rows(group.members, group)) return false;
    if ((group.reads_rows || reads_rows(v, g)) && !fits_rows(v, group)) return false;
    for (int32_t input : v.inputs) {
      // A row's values are read within their loop, other reductions and broadcasts are not.
      if (group_[input] == g) {
        const GraphValue& member = graph_.values[input];
        if (changes_when_stored(member)) return false;
        const bool full = !is_reduction(member) && member.spec.shape == domain;
        if (!full && !is_row(member, group)) return false;
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
      if (v.spec.dtype == DType::BFloat16 && asks_for_rounding(v))
        result = c.program.push(ScalarOp::RoundBFloat16, ScalarType::F32, result);
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
  const Grouping& grouping_;
  int g_;
  const Grouping::Group& group_;
  std::vector<uint16_t> loaded_;
};

// Loops broadcast what they read.
void read_through_broadcasts(Graph& graph) {
  for (GraphValue& v : graph.values) {
    if (!is_elementwise(v)) continue;
    for (int32_t& input : v.inputs) {
      while (graph.values[input].op == &ops::op_BroadcastTo()) input = graph.values[input].inputs[0];
    }
  }
}

}  // namespace

void fuse(Graph& graph) {
  read_through_broadcasts(graph);
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

#include "lamina/compile/loop_groups.h"

#include <algorithm>
#include <cmath>

#include "lamina/exec/deterministic.h"
#include "lamina/exec/loop_body.h"
#include "lamina/op/op.h"
#include "lamina/op/reduction.h"

namespace lamina {

LAMINA_USE_OP(Cast)

bool asks_for_rounding(const GraphValue& v) {
  return v.op == &ops::op_Cast() || is_deterministic();
}

bool is_constant_number(const GraphValue& v) {
  if (v.leaf != LeafKind::Number || !(v.is_constant || v.leaf_index < 0)) return false;
  const double real = v.number.real;
  if (!is_floating(v.spec.dtype)) return v.number.integer >= 0 && v.number.integer <= 127;
  return size_of(v.spec.dtype) >= 4 || (std::floor(2 * real) == 2 * real && std::abs(real) <= 100);
}

namespace {

// More than a tile interpreter keeps in L1, or an op's operand list takes.
constexpr size_t kMostMembers = 48;
constexpr size_t kMostInputs = 24;
// Of all values of a loop's body together, in bytes, if they stay in a cache. A loop over elements
// costs about as much to start there as to run, and nothing is won by computing a value late: so what
// stands beside each other becomes one loop, too.
constexpr int64_t kFew = int64_t{8} << 20;

// Rows that a loop runs through in phases (op/loop_phases.h): they stay in the first-level cache between
// phases, and are worth the steps between them.
constexpr int64_t kMostRowBytes = 16 << 10;
constexpr int64_t kShortestRow = 8;

bool is_elementwise(const GraphValue& v) { return v.op && v.op->elementwise; }
bool is_reduction(const GraphValue& v) { return v.op && v.op->monoid.has_value(); }

// Values that change when they are stored, and so must be stored before they are read: integers that
// wrap, as loops compute in 64 bits. Floats of 16 bits a loop rounds.
bool changes_when_stored(const GraphValue& v) {
  return is_integer(v.spec.dtype) && size_of(v.spec.dtype) < 8;
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

bool is_small_body(const Graph& graph) {
  if (!is_loop_body()) return false;
  int64_t bytes = 0;
  for (const GraphValue& v : graph.values) {
    if (v.op && !v.op->view)
      bytes += v.spec.shape.elements() * static_cast<int64_t>(size_of(v.spec.dtype));
  }
  return bytes <= kFew;
}

}  // namespace

LoopGroups::LoopGroups(const Graph& graph) : graph_(graph), group_(graph.values.size(), -1) {
  users_.resize(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    for (int32_t input : graph.values[i].inputs) users_[input].push_back(static_cast<int32_t>(i));
  }
  is_output_.assign(graph.values.size(), false);
  for (int32_t output : graph.outputs) is_output_[output] = true;
  level_.assign(graph.values.size(), 0);
  is_small_body_ = is_small_body(graph);
  for (size_t i = 0; i < graph.values.size(); ++i) place(static_cast<int32_t>(i));
  for (size_t g = groups_.size(); g-- > 0;) part(static_cast<int>(g));
  for (size_t g = groups_.size(); g-- > 0;) shed(static_cast<int>(g));
  for (size_t g = groups_.size(); g-- > 0;) sink(static_cast<int>(g));
}

int LoopGroups::level_of(int32_t value) const {
  return group_[value] >= 0 ? groups_[group_[value]].level : level_[value];
}

void LoopGroups::place(int32_t i) {
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
    groups_.emplace_back();
    groups_.back().domain = domain;
    groups_.back().level = level;
  }
  Group& group = groups_[best];
  group.reads_rows |= reads_rows(v, best);
  group.members.push_back(i);
  group.inputs += outside_inputs(v, best);
  for (int32_t input : v.inputs) {
    if (is_small_body_ && group_[input] != best) group.outside.push_back(input);
  }
  if (is_reduction(v)) {
    group.reduces = true;
    group.reduced = reduced_flags(v, domain);
    group.rows = shape_of_rows(domain, group.reduced);
  }
  group_[i] = best;
}

int LoopGroups::beside(const GraphValue& v, const Shape& domain, int level) const {
  if (!is_small_body_ || is_reduction(v) || is_deterministic()) return -1;
  for (size_t g = groups_.size(); g-- > 0;) {
    const Group& group = groups_[g];
    if (group.level == level && !group.reduces && group.domain == domain &&
        group.members.size() < kMostMembers &&
        group.inputs + outside_inputs(v, static_cast<int>(g)) <= kMostInputs) {
      return static_cast<int>(g);
    }
  }
  return -1;
}

size_t LoopGroups::outside_inputs(const GraphValue& v, int g) const {
  const std::vector<int32_t>& known = groups_[g].outside;
  const auto counts = [&](int32_t input) {
    if (group_[input] == g) return false;
    return !is_small_body_ || (std::find(known.begin(), known.end(), input) == known.end() &&
                               !is_constant_number(graph_.values[input]));
  };
  return static_cast<size_t>(std::count_if(v.inputs.begin(), v.inputs.end(), counts));
}

void LoopGroups::part(int g) {
  if (!groups_[g].reads_rows) return;
  Group results;
  int axes = 0;
  for (size_t d = 0; d < groups_[g].domain.size(); ++d)
    axes += groups_[g].reduced[d] && groups_[g].domain[d] != 1;
  if (axes < 2) return;
  for (int32_t member : groups_[g].members) {
    const GraphValue& v = graph_.values[member];
    if (reads_rows(v, g) && (is_reduction(v) || !is_row(v, groups_[g]))) return;
    if (!is_reduction(v) && is_row(v, groups_[g])) results.members.push_back(member);
  }
  results.domain = *groups_[g].rows;
  results.level = groups_[g].level + 1;
  results.inputs = groups_[g].inputs;
  const int place = static_cast<int>(groups_.size());
  for (int32_t member : results.members) {
    group_[member] = place;
    std::erase(groups_[g].members, member);
  }
  groups_[g].reads_rows = false;
  groups_.push_back(std::move(results));
}

void LoopGroups::shed(int g) {
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

int LoopGroups::kept_by_moving(int g, const std::vector<int32_t>& some) const {
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

void LoopGroups::move(int from, int to, std::vector<int32_t> some) {
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

void LoopGroups::sink(int g) {
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

bool LoopGroups::gives_row(const GraphValue& v, const Group& group) {
  return v.spec.shape == *group.rows && *v.op->monoid <= Monoid::Maximum &&
         (v.spec.dtype == DType::Float32 || v.spec.dtype == DType::Float64);
}

bool LoopGroups::is_row(const GraphValue& v, const Group& group) {
  return group.rows && !(group.domain == *group.rows) &&
         (is_reduction(v) || v.spec.shape == *group.rows);
}

bool LoopGroups::reads_rows(const GraphValue& v, int g) const {
  return std::any_of(v.inputs.begin(), v.inputs.end(), [&](int32_t input) {
    return group_[input] == g && is_row(graph_.values[input], groups_[g]);
  });
}

bool LoopGroups::fits_rows(const GraphValue& v, const Group& group) const {
  if (is_reduction(v) && !gives_row(v, group)) return false;
  return std::all_of(v.inputs.begin(), v.inputs.end(), [&](int32_t input) {
    return spans_rows(graph_.values[input].spec.shape, group);
  });
}

bool LoopGroups::all_fit_rows(const std::vector<int32_t>& members, const Group& group) const {
  return std::all_of(members.begin(), members.end(),
                     [&](int32_t member) { return fits_rows(graph_.values[member], group); });
}

bool LoopGroups::spans_rows(const Shape& operand, const Group& group) {
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

SmallVector<uint8_t, 8> LoopGroups::reduced_flags(const GraphValue& v, const Shape& domain) {
  SmallVector<uint8_t, 8> flags(domain.size(), 0);
  for (int64_t axis : v.attributes->as<ReductionAttributes>().axis) flags[axis] = 1;
  return flags;
}

bool LoopGroups::joins(int32_t i, int g, const Shape& domain) {
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

}  // namespace lamina

#include "lamina/compile/moments_of_parts.h"

#include <unordered_map>

#include "lamina/op/concatenation.h"
#include "lamina/op/op.h"
#include "lamina/op/splice.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/normalization.h"

namespace lamina {

LAMINA_USE_OP(ChannelMoments)
LAMINA_USE_OP(Concatenate)
LAMINA_USE_OP(Output)

namespace {

bool joins_channels(const GraphValue& v) {
  return v.op == &ops::op_Concatenate() &&
         v.attributes->as<ConcatenateAttributes>().axis == 1;
}

// Mean and variance of values of `graph`, each computed once.
class MomentsOf {
 public:
  explicit MomentsOf(Graph& graph) : graph_(graph) {}

  struct Pair {
    int32_t mean, var;
  };

  // With a stack of its own: chains of concatenations are as long as networks are deep.
  Pair get(int32_t value, const char* origin) {
    std::vector<int32_t> pending{value};
    while (!pending.empty()) {
      const int32_t next = pending.back();
      if (known_.contains(next)) {
        pending.pop_back();
        continue;
      }
      const size_t before = pending.size();
      std::vector<int32_t> parts;
      if (joins_channels(graph_.values[next])) {
        for (int32_t part : graph_.values[next].inputs) {
          parts.push_back(part);
          if (!known_.contains(part)) pending.push_back(part);
        }
      }
      if (pending.size() > before) continue;
      pending.pop_back();
      known_[next] = parts.empty() ? measured(next, origin) : joined(parts, origin);
    }
    return known_[value];
  }

 private:
  Pair measured(int32_t value, const char* origin) {
    auto both = splice(graph_, std::span(&value, 1), origin, [](const std::vector<Array>& a) {
      Moments m = channel_moments(a[0]);
      return std::vector<Array>{m.mean, m.var};
    });
    return {both[0], both[1]};
  }

  Pair joined(const std::vector<int32_t>& parts, const char* origin) {
    std::vector<int32_t> inputs;
    for (int32_t part : parts) inputs.push_back(known_[part].mean);
    for (int32_t part : parts) inputs.push_back(known_[part].var);
    auto both = splice(graph_, inputs, origin, [&](const std::vector<Array>& a) {
      const auto half = a.begin() + static_cast<std::ptrdiff_t>(parts.size());
      return std::vector<Array>{concatenate({a.begin(), half}, 0), concatenate({half, a.end()}, 0)};
    });
    return {both[0], both[1]};
  }

  Graph& graph_;
  std::unordered_map<int32_t, Pair> known_;
};

}  // namespace

void moments_of_parts(Graph& graph) {
  auto measures_parts = [&](const GraphValue& v) {
    return v.op == &ops::op_ChannelMoments() && joins_channels(graph.values[v.inputs[0]]);
  };
  bool any = false;
  for (const GraphValue& v : graph.values) any |= measures_parts(v);
  if (!any) return;

  Graph result;
  result.leaf_count = graph.leaf_count;
  result.leaf_names = std::move(graph.leaf_names);
  std::vector<int32_t> renumbered(graph.values.size());
  MomentsOf moments(result);
  std::vector<MomentsOf::Pair> replaced(graph.values.size(), {-1, -1});
  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    if (v.op == &ops::op_Output() && replaced[v.inputs[0]].mean >= 0) {
      const MomentsOf::Pair& pair = replaced[v.inputs[0]];
      renumbered[i] = v.output == 0 ? pair.mean : pair.var;
      continue;
    }
    for (int32_t& input : v.inputs) input = renumbered[input];
    if (v.op == &ops::op_ChannelMoments()) {
      replaced[i] = moments.get(v.inputs[0], v.origin);
      continue;
    }
    renumbered[i] = static_cast<int32_t>(result.values.size());
    result.values.push_back(std::move(v));
  }
  for (int32_t output : graph.outputs) result.outputs.push_back(renumbered[output]);
  graph = std::move(result);
}

}  // namespace lamina

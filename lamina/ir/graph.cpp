#include "lamina/ir/graph.h"

namespace lamina {

std::vector<int32_t> Graph::use_counts() const {
  std::vector<int32_t> uses(values.size(), 0);
  for (const GraphValue& v : values) {
    for (int32_t input : v.inputs) ++uses[input];
  }
  for (int32_t output : outputs) ++uses[output];
  return uses;
}

void remove_dead_values(Graph& graph) {
  std::vector<bool> needed(graph.values.size(), false);
  for (int32_t output : graph.outputs) needed[output] = true;
  for (size_t i = graph.values.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (int32_t input : graph.values[i].inputs) needed[input] = true;
  }
  std::vector<int32_t> renumbered(graph.values.size(), -1);
  size_t kept = 0;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    if (!needed[i]) continue;
    renumbered[i] = static_cast<int32_t>(kept);
    for (int32_t& input : graph.values[i].inputs) input = renumbered[input];
    if (kept != i) graph.values[kept] = std::move(graph.values[i]);
    ++kept;
  }
  graph.values.resize(kept);
  for (int32_t& output : graph.outputs) output = renumbered[output];
}

}  // namespace lamina

#include "lamina/compile/common_subexpressions.h"

#include <cstring>
#include <string>
#include <unordered_map>

#include "lamina/op/op.h"

namespace lamina {

namespace {

// Everything that the value depends on, as bytes.
std::string key_of(const GraphValue& v, std::vector<uint32_t>& words) {
  words.assign({v.op->id, v.output});
  for (int32_t input : v.inputs) words.push_back(static_cast<uint32_t>(input));
  if (v.attributes) v.attributes->write_key(words);
  std::string key(words.size() * sizeof(uint32_t), '\0');
  std::memcpy(key.data(), words.data(), key.size());
  return key;
}

}  // namespace

void common_subexpressions(Graph& graph) {
  std::vector<bool> kept(graph.values.size(), false);
  for (int32_t output : graph.outputs) kept[output] = true;
  std::vector<int32_t> same(graph.values.size());  // the first value equal to each
  std::unordered_map<std::string, int32_t> seen;
  std::vector<uint32_t> words;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    same[i] = static_cast<int32_t>(i);
    for (int32_t& input : v.inputs) input = same[input];
    if (!v.op || v.op->random) continue;
    auto [first, is_new] = seen.try_emplace(key_of(v, words), static_cast<int32_t>(i));
    if (is_new || kept[i]) continue;
    same[i] = first->second;
  }
  remove_dead_values(graph);
}

}  // namespace lamina

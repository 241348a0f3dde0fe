#include "lamina/compile/merge_loops.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>

#include "lamina/op/op.h"
#include "lamina/ops/loops.h"

namespace lamina {

LAMINA_USE_OP(Output)
LAMINA_USE_OP(Scan)

namespace {

// A graph that grows by others on the same inputs; what is in it already is not added again. Draws
// of one counter are the same draw.
class Union {
 public:
  std::vector<int32_t> add(const Subgraph& subgraph) {
    const Graph& other = subgraph.graph();
    std::vector<int32_t> numbers(other.values.size());
    for (size_t i = 0; i < other.values.size(); ++i) {
      GraphValue v = copy_value(other.values[i]);
      for (int32_t& input : v.inputs) input = numbers[static_cast<size_t>(input)];
      const auto next = static_cast<int32_t>(graph.values.size());
      auto [known, is_new] = known_.try_emplace(key_of(v), next);
      numbers[i] = known->second;
      if (is_new) graph.values.push_back(std::move(v));
    }
    std::vector<int32_t> outputs;
    for (int32_t output : other.outputs) outputs.push_back(numbers[static_cast<size_t>(output)]);
    return outputs;
  }

  Graph graph;

 private:
  static std::string key_of(const GraphValue& v) {
    std::vector<uint32_t> words;
    if (v.leaf == LeafKind::Data) {
      words = {0, static_cast<uint32_t>(v.leaf_index)};
    } else if (v.leaf == LeafKind::Number) {
      const auto bits = static_cast<uint64_t>(v.number.integer);
      words = {1, static_cast<uint32_t>(v.spec.dtype), static_cast<uint32_t>(bits),
               static_cast<uint32_t>(bits >> 32)};
    } else {
      words = {2, v.op->id, v.output};
      for (int32_t input : v.inputs) words.push_back(static_cast<uint32_t>(input));
      if (v.attributes) v.attributes->write_key(words);
    }
    std::string key(words.size() * sizeof(uint32_t), '\0');
    std::memcpy(key.data(), words.data(), key.size());
    return key;
  }
  std::unordered_map<std::string, int32_t> known_;
};

// Loops that may be one: what they have in common.
std::vector<int64_t> kind_of(const GraphValue& v) {
  const auto& a = v.attributes->as<ScanAttributes>();
  std::vector<int64_t> kind{a.carries, a.sequences, a.length, a.reverse};
  kind.insert(kind.end(), v.inputs.begin(), v.inputs.end());
  return kind;
}

}  // namespace

void merge_loops(Graph& graph) {
  std::map<std::vector<int64_t>, std::vector<size_t>> kinds;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    if (graph.values[i].op == &ops::op_Scan()) kinds[kind_of(graph.values[i])].push_back(i);
  }
  // The first of each kind takes the others in; where an output of those stands in it.
  std::unordered_map<int32_t, std::pair<int32_t, std::vector<uint16_t>>> moved;
  for (const auto& [kind, loops] : kinds) {
    if (loops.size() < 2) continue;
    GraphValue& first = graph.values[loops[0]];
    ScanAttributes a = first.attributes->as<ScanAttributes>();
    const auto carries = static_cast<size_t>(a.carries);
    Union all;
    std::vector<int32_t> outputs = all.add(*a.body);
    for (size_t n = 1; n < loops.size(); ++n) {
      const Subgraph& other = *graph.values[loops[n]].attributes->as<ScanAttributes>().body;
      const std::vector<int32_t> more = all.add(other);
      if (!std::equal(more.begin(), more.begin() + static_cast<ptrdiff_t>(carries),
                      outputs.begin())) {
        continue;
      }
      std::vector<uint16_t> places;
      for (size_t k = 0; k < more.size(); ++k) {
        size_t place = k;
        if (k >= carries) {
          place = static_cast<size_t>(
              std::find(outputs.begin() + static_cast<ptrdiff_t>(carries), outputs.end(), more[k]) -
              outputs.begin());
          if (place == outputs.size()) outputs.push_back(more[k]);
        }
        places.push_back(static_cast<uint16_t>(place));
      }
      moved[static_cast<int32_t>(loops[n])] = {static_cast<int32_t>(loops[0]), std::move(places)};
    }
    all.graph.outputs = outputs;
    remove_dead_values(all.graph);
    a.body = std::make_shared<const Subgraph>(std::move(all.graph), a.body->inputs());
    first.attributes = make_attributes(std::move(a));
  }
  if (moved.empty()) return;
  for (GraphValue& v : graph.values) {
    if (v.op != &ops::op_Output()) continue;
    auto found = moved.find(v.inputs[0]);
    if (found == moved.end()) continue;
    v.output = found->second.second[v.output];
    v.inputs = {found->second.first};
  }
  remove_dead_values(graph);
}

}  // namespace lamina

#include "lamina/compile/common_subexpressions.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "lamina/op/op.h"

namespace lamina {

namespace {

// Everything that each value depends on, in words, one value after the other. Values whose words have
// one hash and differ are left as they are: rare, and no harm.
class Keys {
 public:
  explicit Keys(size_t values) { first_.reserve(values); }

  // The first value with the same key.
  int32_t first_like(const GraphValue& v, int32_t number) {
    const size_t begin = words_.size();
    words_.insert(words_.end(), {v.op->id, v.output});
    for (int32_t input : v.inputs) words_.push_back(static_cast<uint32_t>(input));
    if (v.attributes) v.attributes->write_key(words_);
    const size_t size = words_.size() - begin;
    uint64_t hash = size;
    for (size_t k = begin; k < words_.size(); ++k)
      hash = (hash ^ words_[k]) * 0x9e3779b97f4a7c15u, hash ^= hash >> 32;
    const auto [found, is_new] = first_.try_emplace(hash, Entry{number, begin, size});
    const Entry& other = found->second;
    if (is_new || other.size != size ||
        !std::equal(words_.begin() + at(other.begin), words_.begin() + at(other.begin + size),
                    words_.begin() + at(begin))) {
      return number;
    }
    words_.resize(begin);
    return other.number;
  }

 private:
  struct Entry {
    int32_t number;
    size_t begin, size;
  };
  static std::ptrdiff_t at(size_t i) { return static_cast<std::ptrdiff_t>(i); }

  std::vector<uint32_t> words_;
  std::unordered_map<uint64_t, Entry> first_;
};

}  // namespace

void common_subexpressions(Graph& graph) {
  std::vector<bool> kept(graph.values.size(), false);
  for (int32_t output : graph.outputs) kept[output] = true;
  std::vector<int32_t> same(graph.values.size());  // the first value equal to each
  Keys keys(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    GraphValue& v = graph.values[i];
    same[i] = static_cast<int32_t>(i);
    for (int32_t& input : v.inputs) input = same[input];
    if (!v.op || v.op->random) continue;
    const int32_t first = keys.first_like(v, same[i]);
    if (!kept[i]) same[i] = first;
  }
  remove_dead_values(graph);
}

}  // namespace lamina

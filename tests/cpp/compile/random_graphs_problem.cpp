#include "tests/cpp/compile/random_graphs_problem.h"

#include <random>

namespace lamina::random_graphs {

using check::Block;

Block draw(const std::string& name, const Spec& spec) {
  uint32_t seed = 2166136261u;  // FNV-1a of the name: the same with every standard library
  for (char c : name) seed = (seed ^ static_cast<unsigned char>(c)) * 16777619u;
  std::mt19937 random(seed);
  Block block(spec.dtype, spec.shape);
  auto values = block.values();
  const int64_t limit = name.starts_with("below ") ? std::stoll(name.substr(6)) : 2;
  const double low = name.starts_with("positive") ? 0.5 : -1, width = low < 0 ? 2 : 1;
  for (int64_t i = 0; i < block.elements(); ++i) {
    const uint32_t bits = random();
    if (is_floating(spec.dtype)) {
      values.set_real(i, low + width * (bits >> 9) / (1 << 23));  // exact in float32
    } else {
      values.set_integer(i, bits % limit);
    }
  }
  return block;
}

std::vector<Block> draw_leaves(const Graph& graph) {
  std::vector<Block> leaves(static_cast<size_t>(graph.leaf_count), Block(float32, {}));
  for (const GraphValue& v : graph.values) {
    if (v.leaf == LeafKind::None) continue;
    Block& leaf = leaves.at(static_cast<size_t>(v.leaf_index));
    if (v.leaf == LeafKind::Data) {
      leaf = draw(graph.leaf_names.at(static_cast<size_t>(v.leaf_index)), v.spec);
      continue;
    }
    leaf = Block(v.spec.dtype, {});
    if (is_floating(v.spec.dtype)) {
      leaf.values().set_real(0, v.number.real);
    } else {
      leaf.values().set_integer(0, v.number.integer);
    }
  }
  return leaves;
}

}  // namespace lamina::random_graphs

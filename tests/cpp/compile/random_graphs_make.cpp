// From a seed to a graph: calls drawn from the vocabulary, perhaps a loss, gradients, an update.
#include "lamina/autograd/vjp.h"
#include "lamina/exec/capture.h"
#include "lamina/ir/node.h"
#include "lamina/op/graph_text.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "tests/cpp/compile/random_graphs_problem.h"
#include "tests/cpp/compile/random_graphs_words.h"

namespace lamina::random_graphs {
namespace {

constexpr int64_t kMostElements = 4096;

Array drawn(Maker& m, std::span<const Word> words) {
  int64_t total = 0;
  for (const Word& word : words) total += word.weight;
  int64_t left = m.below(total);
  for (const Word& word : words) {
    if ((left -= word.weight) < 0) return word.make(m);
  }
  return {};
}

// As optimizers record it: rates are numbers that are filled in at each run.
void add_update(Maker& m, std::vector<Array>& outputs) {
  const size_t count = m.values().size();
  Array loss = mean(square(m.values().back()));
  if (m.chance(50)) loss += mean(m.values()[static_cast<size_t>(m.below(count))]);
  std::vector<Array> weights;
  for (const Parameter& weight : m.weights()) weights.push_back(weight);
  const bool momentum = m.chance(50);
  std::vector<Array> grads = gradients(loss, weights);
  for (size_t k = 0; k < weights.size(); ++k) {
    Array step = std::move(grads[k]);
    if (momentum) {
      step = m.leaf(weights[k].shape(), float32, "momentum") * 0.9 + step;
      outputs.push_back(step);
    }
    outputs.push_back(weights[k] - step * 0.1);
  }
  outputs.push_back(std::move(loss));
}

}  // namespace

std::string random_graph(uint32_t seed) {
  Maker m(seed);
  m.keep(m.chance(40) ? m.image() : m.of_rank(static_cast<int>(1 + m.below(4))));
  if (m.chance(50)) m.keep(m.of_rank(2));
  const int64_t calls = 3 + m.below(28);
  for (int64_t made = 0; made < calls;) {
    Array value = drawn(m, m.chance(50) ? elementwise_words() : other_words());
    if (!value || value.size() > kMostElements || value.size() == 0 || value.is_ready()) continue;
    m.keep(std::move(value));
    ++made;
  }
  std::vector<Array> outputs{m.values().back()};
  const int used = static_cast<int>(m.below(20)), unused = m.chance(70) ? 90 : 10;
  for (const Array& value : m.values()) {
    const bool has_users = static_cast<uint32_t>(value.node()->count) != 0;
    if (m.chance(has_users ? used : unused)) outputs.push_back(value);
  }
  for (Array& more : m.more_outputs()) outputs.push_back(more);
  if (seed % 2 && !m.weights().empty()) add_update(m, outputs);
  std::erase_if(outputs, [](const Array& output) { return output.is_ready(); });

  Captured captured = capture(outputs);
  remove_dead_values(captured.graph);
  captured.graph.leaf_names.resize(captured.leaves.size());
  for (size_t k = 0; k < captured.leaves.size(); ++k) {
    const Array& leaf = captured.leaves[k];
    if (!leaf.node()->has(kNumber)) captured.graph.leaf_names[k] = m.name_of(leaf);
  }
  return to_text(captured.graph);
}

}  // namespace lamina::random_graphs

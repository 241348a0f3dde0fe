// Subgraph: a graph as an attribute: the body of a loop, a branch of a condition. It is part of the
// structure of the op that holds it, so of the program's key; it never changes.
#pragma once

#include <memory>
#include <vector>

#include "lamina/ir/attributes.h"
#include "lamina/ir/graph.h"

namespace lamina {

class Subgraph {
 public:
  // Input i is the leaf of the graph with leaf_index i; an input that nothing uses may have none.
  // Other leaves are constants.
  Subgraph(Graph graph, std::vector<Spec> inputs);

  const Graph& graph() const { return graph_; }
  const std::vector<Spec>& inputs() const { return inputs_; }
  const Spec& input(size_t i) const { return inputs_[i]; }
  size_t input_count() const { return inputs_.size(); }
  size_t output_count() const { return graph_.outputs.size(); }
  const Spec& output(size_t k) const {
    return graph_.values[static_cast<size_t>(graph_.outputs[k])].spec;
  }
  const std::vector<uint32_t>& key() const { return key_; }

 private:
  Graph graph_;
  std::vector<Spec> inputs_;
  std::vector<uint32_t> key_;
};
using SubgraphRef = std::shared_ptr<const Subgraph>;

GraphValue copy_value(const GraphValue& v);
Graph copy_graph(const Graph& graph);

// What the graph computes, recorded on `inputs`.
std::vector<Array> replay(const Subgraph& subgraph, const std::vector<Array>& inputs);

// How an op's attributes show a subgraph to their visitor, as v(name, field) shows the other fields.
inline void visit_subgraph(FieldVisitor&, const char*, SubgraphRef&) {}
void visit_subgraph(const detail::KeyVisitor& visitor, const char* name, const SubgraphRef& graph);

}  // namespace lamina

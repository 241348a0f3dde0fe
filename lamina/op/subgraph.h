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

// The graph with a leaf for each input, in front and in order: what is printed.
Graph with_all_inputs(const Subgraph& subgraph);

GraphValue copy_value(const GraphValue& v);
Graph copy_graph(const Graph& graph);

// The same graph of other inputs: what was input i is input places[i].
SubgraphRef with_inputs(const Subgraph& subgraph, const std::vector<size_t>& places,
                        std::vector<Spec> inputs);

// What the graph computes, recorded on `inputs`.
std::vector<Array> replay(const Subgraph& subgraph, const std::vector<Array>& inputs);

// A visitor of attributes that knows what a graph is: the one that prints, the one that reads.
class SubgraphVisitor {
 public:
  virtual ~SubgraphVisitor() = default;
  virtual void subgraph(const char* name, SubgraphRef& graph) = 0;
};

// How an op's attributes show a subgraph to their visitor, as v(name, field) shows the other fields.
void visit_subgraph(FieldVisitor& visitor, const char* name, SubgraphRef& graph);
void visit_subgraph(const detail::KeyVisitor& visitor, const char* name, const SubgraphRef& graph);

}  // namespace lamina

// The text form of a graph: what `explain` shows, what tests compare, and what a saved model holds.
//
//   lamina-ir 1
//   %0 = input float32 [64, 784] "x"
//   %1 = input float32 [784, 10] "fc.weight"
//   %2 = number float32 0.5
//   %3 = matmul(%0, %1) : float32 [64, 10] in "fc"
//   %4 = multiply(%3, %2) : float32 [64, 10]
//   %5 = top_k(%4, k=3, axis=-1)
//   %6 = %5[0] : float32 [64, 3]
//   output %6
//
// One value a line, inputs before users; what follows "in" is the path of the module that recorded
// it. A graph that is an attribute, as the body of a loop is, stands in braces on the same line, its
// lines parted by semicolons. The version changes when old readers would misread; an op that a
// reader does not know is an error anyway.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lamina/ir/graph.h"

namespace lamina {

// What the text form must know of ops, which are defined in a later layer: op/graph_text.h supplies it.
class OpDirectory {
 public:
  virtual ~OpDirectory() = default;
  virtual std::string_view name(const Op& op) const = 0;
  virtual const Op* find(std::string_view name) const = 0;          // null when there is none
  virtual AttributesRef attributes(const Op& op) const = 0;         // the defaults; null when it has none
  virtual bool has_several_outputs(const Op& op) const = 0;
  virtual const Op& output_op() const = 0;                          // .. and what selects one of them
  virtual std::string epilogue_text(const Epilogue& epilogue) const = 0;  // " + add + relu"
  virtual std::string cluster_text(const Cluster& cluster) const = 0;  // "cluster{multiply, relu}"
  virtual bool has_several_outputs(const Cluster& cluster) const = 0;
  // Attributes that are graphs: "body={%0 = input float32 [3] \"\"; output %0}"; empty for none.
  virtual std::string graphs_text(const AttributesBase& attributes) const = 0;
  // Sets one; throws when there is no such attribute.
  virtual void set_graph(AttributesBase& attributes, std::string_view name, Graph graph) const = 0;
  // The outputs of a call; throws on a wrong one.
  virtual std::vector<Spec> infer(const Op& op, std::span<const Spec* const> inputs,
                                  const AttributesBase* attributes) const = 0;
};

struct GraphTextLimits {
  size_t bytes = size_t{64} << 20;
  size_t values = size_t{1} << 20;
};

// Clusters, which only the compiler makes, are printed by their members; they cannot be read back.
std::string to_text(const Graph& graph, const OpDirectory& ops);

// Reads what to_text writes and checks that every call gives the type and shape that stand there. FileError
// names the source and the line, and says what came and what was expected.
Graph parse_graph(std::string_view text, std::string_view source, const OpDirectory& ops,
                  GraphTextLimits limits = {});

}  // namespace lamina

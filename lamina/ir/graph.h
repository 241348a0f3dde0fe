// Graph: recorded values as a list, inputs before users. It is what the compiler rewrites, what a program is
// made from, and, in its text form (ir/text.h), what a saved model holds.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/shape.h"
#include "lamina/ir/attributes.h"
#include "lamina/ir/node.h"

namespace lamina {

struct Cluster;   // several values computed by one loop: op/cluster.h
struct Epilogue;  // what a product does to its result before it writes it: op/epilogue.h

enum class LeafKind : uint8_t { None, Data, Number };

struct GraphValue {
  const Op* op = nullptr;  // null for leaves and clusters
  AttributesRef attributes;
  SmallVector<int32_t, 4> inputs;  // numbers of earlier values
  Spec spec;
  uint16_t output = 0;  // of a multiple-output op
  const char* origin = nullptr;

  LeafKind leaf = LeafKind::None;
  int leaf_index = -1;               // among the leaves, in the order of their first use
  bool is_constant = false;          // a number that is part of the key: 0, 1, -1, 2 or 0.5
  Node::Number number{0};            // its value then
  std::unique_ptr<Strides> strides;  // of a data leaf that does not lie row-major
  bool dies =
      false;  // data leaf: nobody needs it after this run (known when recorded, checked at each run)
  bool is_variable = false;  // data leaf: a module's parameter or buffer, which outlives the run

  std::shared_ptr<const Cluster> cluster;
  std::shared_ptr<const Epilogue> epilogue;  // its extra inputs follow the op's own

  GraphValue() = default;
  GraphValue(GraphValue&&) = default;
  GraphValue& operator=(GraphValue&&) = default;
};

// Of a graph whose structure has come in several sizes: what varies, for people.
struct GraphSizes {
  uint64_t structure = 0;      // by which graphs of one structure know each other
  bool is_instance = false;    // the passes have not run for these sizes
  std::vector<std::pair<std::string, int64_t>> symbols;  // the sizes that vary, here
  std::shared_ptr<const std::vector<std::string>> shapes;  // of each value, in symbols; or null
};

struct Graph {
  std::vector<GraphValue> values;
  std::vector<int32_t> outputs;  // numbers of the values that are kept, ascending when recorded
  int leaf_count = 0;
  std::vector<std::string> leaf_names;  // by leaf_index, of graphs that are saved; may be empty
  std::shared_ptr<const GraphSizes> sizes;  // of a compiled graph; may be null

  // For every value, how many inputs and outputs refer to it.
  std::vector<int32_t> use_counts() const;
};

// Drops values that no output needs; numbers change. Leaves keep their leaf_index.
void remove_dead_values(Graph& graph);

}  // namespace lamina

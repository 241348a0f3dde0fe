// What a graph gives in float64, value by value, by the ops' own definitions: formulas, reference
// loops and decompositions. No program, no kernel of a backend, no compiler has a part in it.
#pragma once

#include <string>
#include <vector>

#include "lamina/check/block.h"
#include "lamina/ir/graph.h"

namespace lamina::random_graphs {

struct Exact {
  std::vector<check::Block> outputs;  // floats as float64
  double largest = 0;                 // finite absolute value among all that was computed
  // Why float32 cannot be expected to come near: a decision (x > 0) that rounding may turn, or a
  // value that is not finite. Empty when it can.
  std::string doubt;
};

// `rounding` > 0: every value is moved by up to so much of itself, at random. The distance to the
// exact result is what rounding alone may do to this graph.
Exact exact(const Graph& graph, const std::vector<check::Block>& leaves, double rounding = 0);

}  // namespace lamina::random_graphs

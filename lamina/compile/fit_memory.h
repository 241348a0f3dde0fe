// Fitting a program into less memory: values are computed again where they are read instead of kept.
//
// Of all values that live while memory is over the limit, those go first whose bytes, times the
// instructions over the limit that they are not read by, cost least to compute again; with them
// what they are computed from, unless it lives anyway. What is repeated is the same kernel on the same
// bits: results do not change. Chen et al., Training deep nets with sublinear memory cost, 2016, and
// Kumar et al., Efficient rematerialization for deep networks, 2019, are of this kind.
#pragma once

#include <vector>

#include "lamina/ir/graph.h"

namespace lamina {

struct FittedGraph {
  Graph graph;
  std::vector<bool> again;  // of each value: whether it is computed once more
  int64_t peak = 0;         // bytes that live between instructions, by the model of live_steps.h
  double seconds = 0;       // that computing again costs, estimated
};

// A graph that is ready to be lowered, so that at most `bytes` live between its instructions; or as
// few as this way finds.
FittedGraph fit_memory(const Graph& graph, int64_t bytes);

}  // namespace lamina

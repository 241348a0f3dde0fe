// One graph, run node by node, compiled, and with every step evaluated as it is recorded: each must
// be as near to float64 as float32 allows.
#pragma once

#include <string>

namespace lamina::random_graphs {

struct Outcome {
  std::string wrong;  // empty when all is right
  std::string doubt;  // why nothing was compared; empty when it was
};

Outcome check_graph(const std::string& graph);

// A smaller graph that is wrong too: outputs and calls left out, sizes reduced.
std::string shrunk(std::string graph);

// The graph as a test of its own, to be pasted into random_graphs_found_test.cpp.
std::string as_test(const std::string& name, const std::string& graph);

}  // namespace lamina::random_graphs

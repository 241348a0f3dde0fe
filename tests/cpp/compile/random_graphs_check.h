// One graph, run node by node, compiled (also for the parameters of a module), and with every step
// evaluated as it is recorded: each must be as near to float64 as float32 allows.
#pragma once

#include <string>

namespace lamina::random_graphs {

struct Outcome {
  std::string wrong;  // empty when all is right; begins with which way was: "compiled: .."
  std::string doubt;  // why nothing was compared; empty when it was
};

// `deterministic`: the three give the same bits, too.
Outcome check_graph(const std::string& graph, bool deterministic);

// A smaller graph that is wrong too: outputs and calls left out, sizes reduced.
std::string shrunk(std::string graph, bool deterministic);

}  // namespace lamina::random_graphs

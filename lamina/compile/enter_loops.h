// The body of each loop as a pass sees a whole graph: composite ops that no kernel claims become
// what they are made of, and what is computed twice is computed once. What nobody uses goes.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void enter_loops(Graph& graph);

}  // namespace lamina

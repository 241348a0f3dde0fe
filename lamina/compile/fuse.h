// Fusion: element-wise ops that visit the same elements, and the reductions at their end, become one
// loop, so that memory is read and written once for the whole chain.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

// Replaces groups of element-wise ops and reductions by clusters (op/cluster.h).
//
//   %2 = multiply(%0, %1)         %2 = cluster(%0, %1) { multiply, add, relu }
//   %3 = add(%2, %1)       ->
//   %4 = relu(%3)
//
// A producer joins the group of its user when the group covers the same domain and joining closes no
// cycle. It is computed once even when several members read it, and stored only if somebody outside
// the group does. A reduction ends a group: nothing of the same group may read its result.
void fuse(Graph& graph);

}  // namespace lamina

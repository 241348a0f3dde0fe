// The structures that have come back with other sizes, bounded in bytes. A structure that comes in one
// size only leaves nothing here but a mark.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

// What `passes` makes of the graph, or would make of it.
void optimize_for_sizes(Graph& graph, void (*passes)(Graph&));

// Whether the structure has come back with other sizes.
bool has_several_sizes(const Graph& graph);

}  // namespace lamina

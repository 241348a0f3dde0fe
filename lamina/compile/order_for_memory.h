// The order in which a program computes its values, so that they do not live long: it changes no result.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

// Depth first from the outputs, those that come after the fewest others first: in a training step the
// last layer's gradient is used up before the one before it is computed, whatever the order in which
// parameters are listed. Of several inputs the one that takes longest comes first. An output that can
// take the place of an old value, which nobody needs afterwards, waits for all others that read it.
void order_for_memory(Graph& graph);

}  // namespace lamina

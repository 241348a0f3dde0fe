// Loops over the same inputs whose carries are the same become one. The gradient of a scan records
// the forward loop once more, with the values that the backward loop needs as further outputs.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void merge_loops(Graph& graph);

}  // namespace lamina

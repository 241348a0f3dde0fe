// The sum of arrays that are zero but for a part, where the parts fill the whole, is the
// concatenation of the parts. The gradient of split is such a sum.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void join_parts(Graph& graph);

}  // namespace lamina

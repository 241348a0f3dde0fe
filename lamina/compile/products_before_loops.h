// Products that do not depend on the state leave a loop: x[t] @ w for all t is one large product,
// which runs at the machine's speed where many small ones do not. What is added to them goes along.
// So does what is the same in every step.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void products_before_loops(Graph& graph);

}  // namespace lamina

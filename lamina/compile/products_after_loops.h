// Products that no carry needs are made when the loop is over: of y[t] = z[t] @ w only z[t] is
// stacked, and all rows are multiplied at once. So are sums of such products.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void products_after_loops(Graph& graph);

}  // namespace lamina

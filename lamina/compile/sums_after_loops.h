// Carries that only add up products of stacked values are made when the loop is over: the sum over
// t of a[t]^T @ b[t] is one product over all rows of all steps. So the gradient of a weight is one
// large product. Sums of what is stacked anyway (gradients of biases) follow.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void sums_after_loops(Graph& graph);

}  // namespace lamina

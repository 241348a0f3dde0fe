// Recomputes cheap values where loops need them instead of keeping them in memory. What follows by a
// few additions, products and comparisons from one array that is in memory anyway (a normalised
// value, the mask of a relu) costs less to compute again than to write and to read:
//
//   b = batch_norm(x); y = relu(b) .. in the backward pass: where(y > 0, g, 0)
//   ->  where(relu(batch_norm(x)) > 0, g, 0), computed from x in the loop that reads x
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void recompute(Graph& graph);

}  // namespace lamina

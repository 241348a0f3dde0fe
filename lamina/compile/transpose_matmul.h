// The transpose of a product is the product of the transposes in the other order. Operands of a
// product may lie transposed for nothing, results may not: the gradient of a layer's weight, x^T g
// transposed, would otherwise be read across its rows by the update.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

//   %2 = matmul(%0, %1)              %2 = transpose(%1)   %3 = transpose(%0)
//   %3 = transpose(%2)        ->     %4 = matmul(%2, %3)
//
// where nothing else reads the product. Two transposes in a row cancel.
void transpose_matmul(Graph& graph);

}  // namespace lamina

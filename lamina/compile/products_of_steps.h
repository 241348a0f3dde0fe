// Products of a loop that was written out, in Python or C++: recorded step by step, they share a
// weight. Where no step's input waits for another step's product, they become one product of all
// steps, and so do the sums of products that are the gradients of weights.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

//   %2 = matmul(%x0, %w)             %2 = concatenate(%x0, %x1, axis=0)
//   %3 = matmul(%x1, %w)      ->     %3 = matmul(%2, %w)
//                                    %4, %5 = parts of %3
//
//   %2 = matmul(%x0', %d0)           %2 = concatenate(%x0, %x1, axis=0)
//   %3 = matmul(%x1', %d1)    ->     %3 = concatenate(%d0, %d1, axis=0)
//   %4 = add(%2, %3)                 %4 = matmul(%2', %3)
void products_of_steps(Graph& graph);

}  // namespace lamina

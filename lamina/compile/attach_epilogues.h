// Attaches the element-wise ops after a product or a convolution to it, where a kernel can apply them
// to its result: bias, residual sum and activation then cost no pass over memory.
//
//   c = convolution(x, w); d = add(c, b); e = relu(d)   ->   e = convolution(x, w, b) + add + relu
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void attach_epilogues(Graph& graph);

}  // namespace lamina

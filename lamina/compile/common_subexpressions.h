// Values that are computed twice from the same inputs are computed once: a composite's gradient often
// asks for what its forward pass, or the gradient of a neighbour, has asked for already.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

//   %2 = exp(%0)                     %2 = exp(%0)
//   %3 = exp(%0)              ->     %3 = multiply(%2, %2)
//   %4 = multiply(%2, %3)
//
// Draws of random numbers are left alone, and so are values that are both kept: each needs memory of
// its own.
void common_subexpressions(Graph& graph);

}  // namespace lamina

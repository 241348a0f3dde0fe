// What a loop keeps of each step for another loop, as for its gradient, or computes there again: the
// cheaper of the two. A kept value is written and read once a step; a short element-wise chain from
// what the other loop reads anyway is less. Of a value that is read through one slice, the slice is kept.
//
//   forward:   c' = f * c + i * g;  s = tanh(c')            keeps c, f, i, g, s
//   backward:  dc = ds * (1 - s * s) ..
//   ->         keeps c, f, i, g;  backward: s = tanh(f * c + i * g); dc = ..
//
// The gradient of a scan keeps every value that its body needs (autograd/scan_gradient.cpp); it is
// here that costs are known. Where a memory budget asks for more: compile/loops_in_segments.h.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void recompute_in_loops(Graph& graph);

}  // namespace lamina

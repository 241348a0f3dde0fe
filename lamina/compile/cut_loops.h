// Loops whose steps no number of equal segments takes up: the last few steps become a scan of their
// own, which goes on where the others ended (or the first few, of a loop that runs from the end).
//
//   y = scan(h, xs, length=7)  ->  a = scan(h, xs[0:6], length=6); b = scan(last of a, xs[6:7], length=1)
//                                  y = concatenate(a, b)
//
// What a loop adds up over its steps is then a sum of two, which may round otherwise.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

// So that the length of every scan of at least twice as many steps is a multiple of `segments`.
void cut_loops(Graph& graph, int64_t segments);

}  // namespace lamina

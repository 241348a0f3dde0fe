// A matrix that a loop uses transposed is transposed in its body, where that is only another way to
// read it: what comes into a loop lies row-major, so outside it would be a copy.
//
//   v = transpose(w); scan(h, v, body={ matmul(h, v) })  ->  scan(h, w, body={ matmul(h, transpose(w)) })
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void transposes_into_loops(Graph& graph);

}  // namespace lamina

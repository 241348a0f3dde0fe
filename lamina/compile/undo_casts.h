// Values that were widened and narrowed again are what they were before: in a scope of Precision, what
// one layer rounds for its product the next one often takes through float32.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

//   %1 = cast(%0) {dtype=float32}
//   %2 = cast(%1) {dtype=bfloat16}     ->     %3 = relu(%0)
//   %3 = relu(%2)
//
// where %0 is bfloat16. Its readers read it; casts that nothing reads any more are dropped.
void undo_casts(Graph& graph);

}  // namespace lamina

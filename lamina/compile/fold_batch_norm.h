// Folds a scale and shift per channel, such as batch norm with fixed statistics, into the convolution
// before it:  scale_shift(convolution(x, w, b), center, scale, shift)
//         ->  convolution(x, w * scale, (b - center) * scale + shift)
// where all but x stay the same from run to run: the new weights are then computed once.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void fold_batch_norm(Graph& graph);

}  // namespace lamina

// Mean and variance per channel of a concatenation along channels are those of its parts. Where
// layers add to what earlier ones have computed (DenseNet), every channel is then measured once.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

void moments_of_parts(Graph& graph);

}  // namespace lamina

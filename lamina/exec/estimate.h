// What a graph costs to run, without making its kernels.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

// Of one value: operations, and bytes read and written. Composites count what goes in and comes out.
struct Cost {
  double flops = 0, bytes = 0;
};
Cost cost_of(const Graph& graph, int32_t value);

// At a tenth of what a processor of today does: enough to tell work from the making of a program.
double seconds_of(const Cost& cost);

double estimated_seconds(const Graph& graph);

}  // namespace lamina

// The compiler: passes over a graph, each in a file of its own.
#include "lamina/exec/program.h"

namespace lamina {

void optimize(Graph& graph) { expand_composites(graph); }

}  // namespace lamina

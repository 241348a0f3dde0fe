// The compiler: its passes over a graph, in order.
#include "lamina/compile/fuse.h"
#include "lamina/exec/program.h"

namespace lamina {

void optimize(Graph& graph) {
  expand_composites(graph);
  fuse(graph);
}

}  // namespace lamina

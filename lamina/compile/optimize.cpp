// The compiler: its passes over a graph, in order.
#include "lamina/compile/common_subexpressions.h"
#include "lamina/compile/fuse.h"
#include "lamina/compile/transpose_matmul.h"
#include "lamina/exec/program.h"

namespace lamina {

void optimize(Graph& graph) {
  expand_composites(graph);
  common_subexpressions(graph);
  transpose_matmul(graph);
  fuse(graph);
}

}  // namespace lamina

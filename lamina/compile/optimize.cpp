// The compiler: its passes over a graph, in order.
#include "lamina/compile/attach_epilogues.h"
#include "lamina/compile/common_subexpressions.h"
#include "lamina/compile/fold_batch_norm.h"
#include "lamina/compile/fuse.h"
#include "lamina/compile/moments_of_parts.h"
#include "lamina/compile/recompute.h"
#include "lamina/compile/transpose_matmul.h"
#include "lamina/exec/program.h"

namespace lamina {

void optimize(Graph& graph) {
  fold_batch_norm(graph);
  moments_of_parts(graph);
  expand_composites(graph);
  common_subexpressions(graph);
  transpose_matmul(graph);
  recompute(graph);
  attach_epilogues(graph);
  fuse(graph);
}

}  // namespace lamina

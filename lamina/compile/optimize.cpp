// The compiler: its passes over a graph, in order.
#include "lamina/compile/attach_epilogues.h"
#include "lamina/compile/common_subexpressions.h"
#include "lamina/compile/enter_loops.h"
#include "lamina/compile/fold_batch_norm.h"
#include "lamina/compile/fuse.h"
#include "lamina/compile/join_parts.h"
#include "lamina/compile/join_products.h"
#include "lamina/compile/merge_loops.h"
#include "lamina/compile/moments_of_parts.h"
#include "lamina/compile/products_after_loops.h"
#include "lamina/compile/products_before_loops.h"
#include "lamina/compile/recompute.h"
#include "lamina/compile/sums_after_loops.h"
#include "lamina/compile/transpose_matmul.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/program.h"

namespace lamina {

void optimize(Graph& graph) {
  const bool may_round_otherwise = !is_deterministic();
  merge_loops(graph);
  enter_loops(graph);
  if (may_round_otherwise) {
    products_before_loops(graph);
    sums_after_loops(graph);
    products_after_loops(graph);
    join_products(graph);  // of what must stay
    products_before_loops(graph);  // what joins their weights
  }
  if (may_round_otherwise) {
    fold_batch_norm(graph);
    moments_of_parts(graph);
  }
  expand_composites(graph);
  common_subexpressions(graph);
  join_parts(graph);
  if (may_round_otherwise) transpose_matmul(graph);
  recompute(graph);
  if (may_round_otherwise) attach_epilogues(graph);
  fuse(graph);
}

}  // namespace lamina

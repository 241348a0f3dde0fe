// The compiler: its passes over a graph, in order.
#include "lamina/compile/attach_epilogues.h"
#include "lamina/compile/channels_last_loops.h"
#include "lamina/compile/common_subexpressions.h"
#include "lamina/compile/enter_loops.h"
#include "lamina/compile/fold_batch_norm.h"
#include "lamina/compile/fuse.h"
#include "lamina/compile/join_parts.h"
#include "lamina/compile/join_products.h"
#include "lamina/compile/merge_loops.h"
#include "lamina/compile/moments_of_parts.h"
#include "lamina/compile/order_for_memory.h"
#include "lamina/compile/products_after_loops.h"
#include "lamina/compile/products_before_loops.h"
#include "lamina/compile/products_of_steps.h"
#include "lamina/compile/recompute.h"
#include "lamina/compile/recompute_in_loops.h"
#include "lamina/compile/sized_structures.h"
#include "lamina/compile/sums_after_loops.h"
#include "lamina/compile/transpose_matmul.h"
#include "lamina/compile/transposes_into_loops.h"
#include "lamina/compile/undo_casts.h"
#include "lamina/exec/compile_times.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/program.h"

namespace lamina {
namespace {

struct Pass {
  const char* name;
  void (*run)(Graph&);
  bool may_round_otherwise = false;  // left out where results must have the same bits in both tiers
};

constexpr Pass kPasses[] = {
    {"merge_loops", merge_loops},
    {"enter_loops", enter_loops},
    {"recompute_in_loops", recompute_in_loops},
    {"transposes_into_loops", transposes_into_loops},
    {"products_before_loops", products_before_loops},
    {"sums_after_loops", sums_after_loops, true},
    {"products_after_loops", products_after_loops, true},
    {"join_products", join_products},                  // of what must stay
    {"products_before_loops", products_before_loops},  // what joins their weights
    {"channels_last_loops", channels_last_loops, true},
    {"fold_batch_norm", fold_batch_norm, true},
    {"moments_of_parts", moments_of_parts, true},
    {"expand_composites", expand_composites},
    {"undo_casts", undo_casts},
    {"common_subexpressions", common_subexpressions},
    {"join_parts", join_parts},
    {"transpose_matmul", transpose_matmul},
    {"products_of_steps", products_of_steps, true},
    {"recompute", recompute},
    {"attach_epilogues", attach_epilogues},
    {"fuse", fuse},
    {"order_for_memory", order_for_memory},
};

void run_passes(Graph& graph) {
  for (const Pass& pass : kPasses) {
    if (pass.may_round_otherwise && is_deterministic()) continue;
    CompileStage stage(pass.name);
    pass.run(graph);
  }
}

}  // namespace

void optimize(Graph& graph) { optimize_for_sizes(graph, run_passes); }

bool comes_in_sizes(const Graph& graph) { return has_several_sizes(graph); }

}  // namespace lamina

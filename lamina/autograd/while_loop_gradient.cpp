// The gradient of a while_loop of at most max_steps steps: that of a scan whose steps do nothing
// once the condition has failed.
#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/ops/loops.h"

namespace lamina {

LAMINA_USE_OP(Identity)

namespace {

// carries' = cond(condition, body, as they are), in a scan.
std::vector<Array> as_scan(const WhileLoopAttributes& a, const std::vector<Array>& inputs) {
  const auto carries = static_cast<size_t>(a.carries);
  SubgraphRef stay;
  {
    GraphScope scope("while_loop", "");
    std::vector<Array> leaves;
    for (const Spec& spec : a.body->inputs()) leaves.push_back(scope.placeholder(spec));
    std::vector<Array> same(leaves.begin(), leaves.begin() + static_cast<ptrdiff_t>(carries));
    stay = scope.trace(same, leaves).graph;
  }
  ScanAttributes scan;
  {
    GraphScope scope("while_loop", "");
    std::vector<Array> leaves;
    for (const Spec& spec : a.body->inputs()) leaves.push_back(scope.placeholder(spec));
    std::vector<Array> values = replay(*a.condition, leaves);
    values.insert(values.end(), leaves.begin(), leaves.end());
    scan.body = scope.trace(record_cond({a.body, stay}, std::move(values)), leaves).graph;
  }
  scan.carries = a.carries;
  scan.length = a.max_steps;
  return record_scan(std::move(scan), inputs);
}

}  // namespace

void while_loop_gradient(Context& c) {
  const auto& a = c.attributes<WhileLoopAttributes>();
  if (a.max_steps < 0) {
    throw GradientError("while_loop: without max_steps it has no gradient")
        .help("give max_steps, a bound on the number of steps, or use scan");
  }
  const bool again = recording().gradients;  // whether what is recorded here may be differentiated
  std::vector<Array> inputs, targets, ends, cotangents;
  std::vector<int> wanted;
  for (int i = 0; i < c.input_count(); ++i) {
    Array input = c.input(i);
    if (c.wants(i) && is_floating(input.dtype())) {
      WithGrad with_grad;
      input = record(ops::op_Identity(), {}, again ? input : stop_gradient(input));
      input.node()->flags.store(kRequiresGrad | kTapeRoot, std::memory_order_relaxed);
      targets.push_back(input), wanted.push_back(i);
    }
    inputs.push_back(std::move(input));
  }
  std::vector<Array> outputs;
  {
    WithGrad with_grad;
    outputs = as_scan(a, inputs);
  }
  for (size_t k = 0; k < outputs.size(); ++k) {
    if (!is_floating(outputs[k].dtype()) || !c.has_cotangent(static_cast<int>(k))) continue;
    ends.push_back(outputs[k]), cotangents.push_back(c.cotangent(static_cast<int>(k)));
  }
  std::vector<Array> given = vjp(ends, cotangents, targets, true);
  for (size_t n = 0; n < wanted.size(); ++n) c.give(wanted[n], std::move(given[n]));
  const int ended = again ? kTapeRoot : kTapeRoot | kRequiresGrad;
  for (Array& target : targets) target.node()->flags.fetch_and(static_cast<uint8_t>(~ended));
}

}  // namespace lamina

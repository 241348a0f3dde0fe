// The gradient of cond: a cond of the branches' gradients.
#include "lamina/autograd/vjp.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/ops/loops.h"

namespace lamina {

void cond_gradient(Context& c) {
  const auto& a = c.attributes<CondAttributes>();
  std::vector<Array> inputs;
  for (int i = 0; i < c.input_count(); ++i) inputs.push_back(c.input(i));
  std::vector<size_t> wanted, ends;
  for (size_t i = 0; i < a.yes->input_count(); ++i) {
    if (c.wants(static_cast<int>(i) + 1) && is_floating(a.yes->input(i).dtype)) wanted.push_back(i);
  }
  for (size_t k = 0; k < a.yes->output_count(); ++k) {
    if (!is_floating(a.yes->output(k).dtype) || !c.has_cotangent(static_cast<int>(k))) continue;
    ends.push_back(k);
    inputs.push_back(c.cotangent(static_cast<int>(k)));
  }
  std::vector<Traced> branches;
  for (const SubgraphRef& branch : {a.yes, a.no}) {
    GraphScope scope("the gradient of cond", "");
    std::vector<Array> leaves, targets, results, cotangents;
    for (const Spec& spec : branch->inputs()) leaves.push_back(scope.placeholder(spec));
    for (size_t i : wanted) targets.push_back(leaves[i]);
    const std::vector<Array> outputs = replay(*branch, leaves);
    for (size_t k : ends) {
      results.push_back(outputs[k]);
      cotangents.push_back(scope.placeholder(branch->output(k)));
      leaves.push_back(cotangents.back());
    }
    branches.push_back(scope.trace(vjp(results, cotangents, targets, true), leaves));
  }
  Joined joined = join(std::move(branches));
  for (Array& array : joined.outside) inputs.push_back(std::move(array));
  std::vector<Array> given =
      record_cond({joined.graphs[0], joined.graphs[1]}, std::move(inputs));
  for (size_t n = 0; n < wanted.size(); ++n) {
    c.give(static_cast<int>(wanted[n]) + 1, std::move(given[n]));
  }
}

}  // namespace lamina

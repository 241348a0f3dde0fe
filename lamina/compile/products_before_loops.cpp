#include "lamina/compile/products_before_loops.h"

#include "lamina/compile/loop_edit.h"
#include "lamina/compile/loop_values.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

using Depends = LoopEdit::Depends;
using Role = LoopEdit::Role;
size_t at(int32_t i) { return static_cast<size_t>(i); }

enum class Leaves : uint8_t { No, Once, Stacked };

// Which values are computed outside from now on.
std::vector<Leaves> find_leaving(const LoopEdit& loop, const std::vector<Depends>& depends) {
  const auto& values = loop.body.values;
  std::vector<bool> available(values.size(), false);  // can be had outside
  std::vector<Leaves> leaves(values.size(), Leaves::No);
  for (size_t i = 0; i < values.size(); ++i) {
    const GraphValue& v = values[i];
    if (v.leaf != LeafKind::None) {
      available[i] = depends[i] != Depends::Carries;
      continue;
    }
    if (depends[i] == Depends::Nothing) {
      available[i] = true;
      const bool whole = v.op->multiple;  // its outputs are what uses see
      if (!v.op->view && !whole) leaves[i] = Leaves::Once;
      continue;
    }
    if (depends[i] == Depends::Carries) continue;
    std::vector<bool> stacked;
    bool all = true, after_product = v.op->flops != nullptr;
    for (int32_t input : v.inputs) {
      all = all && available[at(input)];
      stacked.push_back(depends[at(input)] == Depends::Sequences);
      after_product |= leaves[at(input)] == Leaves::Stacked;
    }
    available[i] = all && can_stack(v, stacked);
    if (available[i] && after_product) leaves[i] = Leaves::Stacked;
  }
  return leaves;
}

}  // namespace

void products_before_loops(Graph& graph) {
  edit_loops(graph, [](LoopEdit& loop) {
    const std::vector<Depends> depends = loop.dependencies();
    const std::vector<Leaves> leaves = find_leaving(loop, depends);
    const size_t count = loop.body.values.size();
    std::vector<bool> read(count, false);  // by what stays
    for (size_t i = 0; i < count; ++i) {
      if (leaves[i] != Leaves::No) continue;
      for (int32_t input : loop.body.values[i].inputs) read[at(input)] = true;
    }
    for (const LoopEdit::Carry& c : loop.carries) read[at(c.next)] = true;
    for (int32_t s : loop.stacks) read[at(s)] = true;
    OutsideValues outside(loop, depends);
    std::vector<std::pair<int32_t, int32_t>> made;
    for (size_t i = 0; i < count; ++i) {
      const auto value = static_cast<int32_t>(i);
      if (leaves[i] != Leaves::No && read[i]) made.emplace_back(value, outside.make(value));
    }
    for (const auto& [value, there] : made) {
      const Role role = leaves[at(value)] == Leaves::Once ? Role::Outside : Role::Sequence;
      loop.replace(value, loop.add_input(role, there));
    }
  });
}

}  // namespace lamina

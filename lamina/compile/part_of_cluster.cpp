#include "lamina/compile/part_of_cluster.h"

#include "lamina/op/cluster.h"
#include "lamina/op/loop_phases.h"
#include "lamina/op/scalar_operands.h"
#include "lamina/op/subgraph.h"

namespace lamina {

PartOfCluster part_of_cluster(const GraphValue& whole, const std::vector<uint16_t>& outputs) {
  const Cluster& all = *whole.cluster;
  PartOfCluster part{copy_value(whole), outputs};
  bool reduces = outputs.size() == all.outputs.size() ||
                 reads_results(all.program, all.input_axes.size());
  for (uint16_t k : outputs) reduces |= all.outputs[k].is_reduction;
  if (reduces) {
    part.outputs.clear();
    for (size_t k = 0; k < all.outputs.size(); ++k)
      part.outputs.push_back(static_cast<uint16_t>(k));
    return part;
  }
  const auto& code = all.program.code;
  std::vector<bool> needed(code.size(), false);
  for (uint16_t k : outputs) needed[all.outputs[k].value] = true;
  for (size_t i = code.size(); i-- > 0;) {
    if (!needed[i]) continue;
    const uint16_t operands[] = {code[i].a, code[i].b, code[i].c};
    for (int k = 0; k < operand_count(code[i].op); ++k) needed[operands[k]] = true;
  }
  Cluster some;
  some.domain = all.domain;
  some.ops = all.ops;
  part.value.inputs.clear();
  std::vector<uint16_t> renumbered(code.size());
  for (size_t i = 0; i < code.size(); ++i) {
    if (!needed[i]) continue;
    ScalarInstruction instruction = code[i];
    if (instruction.op == ScalarOp::Input) {
      part.value.inputs.push_back(whole.inputs[instruction.a]);
      some.input_axes.push_back(all.input_axes[instruction.a]);
      instruction.a = static_cast<uint16_t>(some.input_axes.size() - 1);
    } else {
      instruction.a = renumbered[instruction.a];
      instruction.b = renumbered[instruction.b];
      instruction.c = renumbered[instruction.c];
    }
    renumbered[i] = static_cast<uint16_t>(some.program.code.size());
    some.program.code.push_back(instruction);
  }
  for (uint16_t k : outputs) {
    some.outputs.push_back(all.outputs[k]);
    some.outputs.back().value = renumbered[all.outputs[k].value];
  }
  if (outputs.size() == 1) part.value.spec = some.outputs[0].spec;
  part.value.cluster = std::make_shared<const Cluster>(std::move(some));
  return part;
}

}  // namespace lamina

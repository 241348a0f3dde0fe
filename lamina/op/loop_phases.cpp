#include "lamina/op/loop_phases.h"

#include <algorithm>

#include "lamina/op/scalar_operands.h"

namespace lamina {

bool reads_results(const ScalarProgram& program, size_t first_result) {
  return std::any_of(program.code.begin(), program.code.end(),
                     [&](const ScalarInstruction& i) { return is_result(i, first_result); });
}

std::vector<int> phases_of(const ScalarProgram& program, size_t first_result,
                           std::span<const uint16_t> reduced) {
  std::vector<int> phase(program.code.size(), 0);
  for (size_t v = 0; v < program.code.size(); ++v) {
    const ScalarInstruction& i = program.code[v];
    if (is_result(i, first_result)) phase[v] = phase[reduced[i.a - first_result]] + 1;
    const uint16_t from[] = {i.a, i.b, i.c};
    for (int k = 0; k < operand_count(i.op); ++k) phase[v] = std::max(phase[v], phase[from[k]]);
  }
  return phase;
}

}  // namespace lamina

// A loop's program with nothing left to decide: only what is needed for its results, one type per
// instruction that the machine has an instruction for, constants folded.
#pragma once

#include <vector>

#include "lamina/op/loop.h"
#include "lamina/op/scalar_operands.h"

namespace lamina::cpu {

struct NormalProgram {
  ScalarProgram program;
  std::vector<uint16_t> stores;      // values as scalar_type of the stored dtype
  std::vector<uint16_t> reductions;  // values as their accumulator's type
  size_t first_result = 0;           // Input first_result + k reads the result of reduction k
};

NormalProgram normalize(const Loop& loop);

}  // namespace lamina::cpu

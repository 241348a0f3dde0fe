// What a reduction does with the values of tiles: how they are combined, and how the result is
// written.
#pragma once

#include <vector>

#include "lamina/backends/cpu/loop_domain.h"
#include "lamina/backends/cpu/tile_ops.h"

namespace lamina::cpu {

struct LoopReduction {
  size_t operand;  // where the result goes
  CombineFunction combine;
  ScalarType type;    // of the accumulator
  StepFunction cast;  // to what is stored, or null
  StoreFunction store;
  uint64_t identity;  // its bytes
};

std::vector<LoopReduction> reductions_of(const Loop& loop, const LoopDomain& domain);

}  // namespace lamina::cpu

// Chains: cheap operations on floats, each on the result of the one before, which stays in a
// register.
#pragma once

#include <vector>

#include "lamina/backends/cpu/loop_values.h"
#include "lamina/backends/cpu/tile_ops.h"

namespace lamina::cpu {

// What an op is in a chain whose value is operand `position`; false where it is not cheap.
bool chain_code(ScalarOp op, int position, ChainCode& code);

bool chains(const LoopValues& values, uint16_t v);

// An order in which each value is followed by one that needs it, as long as there is one: chains
// become long and tiles are read while they are in cache.
std::vector<uint16_t> schedule(const LoopValues& values, const std::vector<uint16_t>& some);

}  // namespace lamina::cpu

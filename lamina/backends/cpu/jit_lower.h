// From a loop's program to vector instructions.
#pragma once

#include <optional>
#include <string>

#include "lamina/backends/cpu/jit_function.h"
#include "lamina/backends/cpu/loop_normal.h"

namespace lamina::cpu::jit {

// Nothing, with a reason, where the program needs what there is no code for: other numbers than
// float32, or a function that is not in jit_math.h. Adds to the shape its reductions along rows and
// the operands in which values wait for later phases.
std::optional<VectorProgram> lower(const Loop& loop, const NormalProgram& normal,
                                   BlockShape& shape, std::string& refusal);

}  // namespace lamina::cpu::jit

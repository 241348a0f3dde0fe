// From a loop's program to vector instructions.
#pragma once

#include <string>

#include "lamina/backends/cpu/jit_function.h"
#include "lamina/backends/cpu/loop_normal.h"

namespace lamina::cpu::jit {

// False with a reason where the program needs what there is no code for: other numbers than
// float32, or a function that is not in jit_math.h.
bool lower(const Loop& loop, const NormalProgram& normal, Reduces reduces, VectorProgram& program,
           std::string& refusal);

}  // namespace lamina::cpu::jit

// Loops as machine code made for their program: the rule before the tile interpreter.
#pragma once

#include "lamina/backends/cpu/jit_function.h"
#include "lamina/op/backend.h"

namespace lamina::cpu {

// Null with a reason where there is no code for the loop.
std::unique_ptr<Kernel> make_jit_kernel(const Loop& loop, jit::InstructionSet set,
                                        std::string& refusal);

}  // namespace lamina::cpu

// The functions of vector_math-inl.h as vector instructions: the same operations in the same order,
// so that machine code and the tile interpreter give the same bits.
#pragma once

#include "lamina/backends/cpu/jit_program.h"
#include "lamina/op/scalar.h"

namespace lamina::cpu::jit {

// Whether op is one of them; appends it, applied to x, to the program.
bool has_function(ScalarOp op);
VectorProgram::Value function(VectorProgram& program, ScalarOp op, VectorProgram::Value x);

}  // namespace lamina::cpu::jit

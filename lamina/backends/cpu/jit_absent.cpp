// What jit_function.h promises in a build without Xbyak: no code is made, and the tile interpreter
// runs all loops.
#ifndef LAMINA_XBYAK

#include "lamina/backends/cpu/jit_function.h"

namespace lamina::cpu::jit {

bool available(InstructionSet) { return false; }

std::shared_ptr<const Function> compile(const VectorProgram&, const BlockShape&, InstructionSet) {
  return nullptr;
}

}  // namespace lamina::cpu::jit
#endif

// Where the values of a vector program live. What does not change within a block, or within a row,
// is computed before it and keeps a place of its own; the other values share registers, and those
// that do not fit wait in the frame.
#pragma once

#include "lamina/backends/cpu/jit_program.h"

namespace lamina::cpu::jit {

struct Place {
  enum Kind : uint8_t { Nowhere, Register, Frame, Pool };
  Kind kind = Nowhere;
  uint16_t index = 0;  // of a vector or mask register, a vector in the frame, a number in the pool
};

struct PlacedInstruction {
  VectorOp op;
  bool mask;  // the value is one
  Place to, from[3];
  uint32_t payload;
};

struct Registers {
  int vectors;
  int masks;  // 0 where masks live in vector registers
};

struct Placement {
  std::vector<PlacedInstruction> block;  // to be run once, before
  struct Phase {
    std::vector<PlacedInstruction> row, vector;  // to be run at these rates
  };
  std::vector<Phase> phases;                          // of each row, in turn
  std::vector<uint32_t> pool;                         // constants
  int frame = 0;                                      // vectors
};

// The most registers that values of the inner loops need at once.
int pressure(const VectorProgram& program, const Registers& registers);

Placement place(const VectorProgram& program, const Registers& registers);

}  // namespace lamina::cpu::jit

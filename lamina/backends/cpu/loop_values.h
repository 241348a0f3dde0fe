// What a plan knows of a loop's values before it places them: how often each is used, and how often
// it changes.
#pragma once

#include <vector>

#include "lamina/backends/cpu/loop_domain.h"
#include "lamina/backends/cpu/loop_normal.h"
#include "lamina/op/loop_phases.h"

namespace lamina::cpu {

// How an operand meets the tile.
enum class Access : uint8_t {
  Direct,   // contiguous, and of the computing type: steps read or write it in place
  Block,    // moved by a load or store function
  Uniform,  // one element for the whole tile
};

struct LoopValues {
  LoopValues(const Loop& loop, const LoopDomain& domain);

  NormalProgram normal;
  std::vector<LoopOperand> operands;
  std::vector<Access> access;  // of the operands
  // Of the values of normal.program:
  std::vector<int> uses;               // 0: not needed
  std::vector<bool> uniform;           // one number for a whole tile
  std::vector<bool> constant_in_time;  // the same for all tiles
  std::vector<bool> fused;             // a comparison that is part of the choice that reads it
  std::vector<bool> kept;              // stored, or reduced
  std::vector<int> phase;              // as in op/loop_phases.h
  int phases = 1;

  const std::vector<ScalarInstruction>& code() const { return normal.program.code; }
  bool leaf(uint16_t v) const {
    return code()[v].op == ScalarOp::Input || code()[v].op == ScalarOp::Constant;
  }
  bool result(uint16_t v) const { return is_result(code()[v], normal.first_result); }
  // The values that computing v reads; a comparison fused into a choice hands on its own.
  SmallVector<uint16_t, 4> reads(uint16_t v) const;

 private:
  void count_uses();
  void classify(const LoopDomain& domain);
  void fuse_comparisons();
};

inline bool is_float(ScalarType type) { return type == ScalarType::F32 || type == ScalarType::F64; }

}  // namespace lamina::cpu

// What machine code does to one vector of float32 lanes: instructions in single assignment, close
// to the processor's own. A scalar program becomes such a list (jit_lower.h), its values get
// registers (jit_registers.h), and the assembler writes it as AVX2 or AVX-512 (jit_assembler.h).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "lamina/core/dtype.h"
#include "lamina/op/loop.h"

namespace lamina::cpu::jit {

enum class VectorOp : uint8_t {
  Load,      // operand `payload`: float32, float16, bfloat16 (float32's upper half), 8-bit integers
  LoadBool,  // .. of bytes 0 and 1: a mask
  Constant,  // the bits `payload` in every lane
  // Floats. Minimum and Maximum are the processor's: the second operand if either is NaN or both
  // are zero.
  Add, Subtract, Multiply, Divide, Minimum, Maximum,
  MultiplyAdd,      // a * b + c, rounded once
  SquareRoot, Round,  // Round: to an integer, in the mode `payload`
  RoundHalf,          // to the nearest float16
  // Bits and 32-bit integers
  And, Or, Xor, AddInteger, SubtractInteger,
  ShiftLeft, ShiftRight,  // by `payload`; to the right with the sign
  ToFloat, ToInteger,     // truncates
  // Masks
  Compare,  // floats, with the processor's predicate `payload`
  MaskAnd, MaskAndNot /* !a & b */, MaskOr, MaskXor, MaskNot,
  Select,  // mask a ? b : c
  Keep,    // mask a ? b : 0
  Move,  // from one place to another: only register allocation makes it
  // What leaves the registers: values go to operand `payload`, or to the partial results of
  // reduction `payload` over a row. What is stored as bfloat16 has been rounded to one;
  // as float16, the store
  // rounds; as an 8-bit integer, it is one.
  Store, StoreBool, Reduce,
};

// How often a value changes.
enum class Rate : uint8_t { Block, Row, Vector };

struct VectorInstruction {
  VectorOp op;
  uint16_t from[3] = {};  // numbers of earlier instructions
  uint32_t payload = 0;
  Rate rate = Rate::Vector;
  uint8_t phase = 0;  // of the row (op/loop_phases.h); values at Rate::Vector end with theirs
};

int sources_of(VectorOp op);
bool gives_mask(VectorOp op);
bool gives_nothing(VectorOp op);

// Predicates of Compare.
inline constexpr uint32_t kEqual = 0, kLess = 1, kLessEqual = 2, kUnordered = 3, kNotEqual = 4,
                          kNotLess = 5;
// Modes of Round.
inline constexpr uint32_t kHalfToEven = 0, kDown = 1, kUp = 2;

// A list under construction. An instruction that is there already is not added again.
class VectorProgram {
 public:
  using Value = uint16_t;
  // How often the values of each operand change.
  explicit VectorProgram(std::vector<Rate> operands) : operands_(std::move(operands)) {}

  std::vector<VectorInstruction> code;

  // What is pushed from here on is computed in the next phase.
  void next_phase() { ++phase_; }
  // Whether a value can be read in this phase.
  bool is_there(Value v) const { return code[v].rate != Rate::Vector || code[v].phase == phase_; }

  Value push(VectorOp op, Value a = 0, Value b = 0, Value c = 0, uint32_t payload = 0);
  Value bits(uint32_t bits);
  Value number(double value);  // as float

  Value add(Value a, Value b) { return push(VectorOp::Add, a, b); }
  Value sub(Value a, Value b) { return push(VectorOp::Subtract, a, b); }
  Value mul(Value a, Value b) { return push(VectorOp::Multiply, a, b); }
  Value div(Value a, Value b) { return push(VectorOp::Divide, a, b); }
  Value fma(Value a, Value b, Value c) { return push(VectorOp::MultiplyAdd, a, b, c); }
  Value sqrt(Value a) { return push(VectorOp::SquareRoot, a); }
  Value negative(Value a) { return push(VectorOp::Xor, a, bits(0x80000000u)); }
  Value absolute(Value a) { return push(VectorOp::And, a, bits(0x7fffffffu)); }
  Value copy_sign(Value magnitude, Value sign);
  Value compare(uint32_t predicate, Value a, Value b) {
    return push(VectorOp::Compare, a, b, 0, predicate);
  }
  Value select(Value mask, Value a, Value b);
  Value keep(Value mask, Value a) { return push(VectorOp::Keep, mask, a); }
  // As minimum() and maximum() of vector-inl.h: NaN if either is.
  Value minimum(Value a, Value b) { return extreme(VectorOp::Minimum, a, b); }
  Value maximum(Value a, Value b) { return extreme(VectorOp::Maximum, a, b); }
  bool is_constant(Value v) const { return code[v].op == VectorOp::Constant; }

  Value combine(Monoid monoid, Value a, Value b);

 private:
  Value extreme(VectorOp op, Value a, Value b);
  Rate rate_of(const VectorInstruction& i) const;
  std::vector<Rate> operands_;
  uint8_t phase_ = 0;
  std::map<std::array<uint32_t, 4>, Value> known_;
};

}  // namespace lamina::cpu::jit

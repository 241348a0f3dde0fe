#include "lamina/backends/cpu/jit_program.h"

#include <algorithm>
#include <bit>

namespace lamina::cpu::jit {

int sources_of(VectorOp op) {
  switch (op) {
    case VectorOp::Load:
    case VectorOp::LoadBool:
    case VectorOp::Constant:
      return 0;
    case VectorOp::SquareRoot:
    case VectorOp::Round:
    case VectorOp::RoundHalf:
    case VectorOp::ShiftLeft:
    case VectorOp::ShiftRight:
    case VectorOp::ToFloat:
    case VectorOp::ToInteger:
    case VectorOp::MaskNot:
    case VectorOp::Move:
    case VectorOp::Store:
    case VectorOp::StoreBool:
    case VectorOp::Reduce:
      return 1;
    case VectorOp::MultiplyAdd:
    case VectorOp::Select:
      return 3;
    default:
      return 2;
  }
}

bool gives_mask(VectorOp op) {
  return op == VectorOp::LoadBool || (op >= VectorOp::Compare && op <= VectorOp::MaskNot);
}

bool gives_nothing(VectorOp op) { return op >= VectorOp::Store; }

VectorProgram::Value VectorProgram::push(VectorOp op, Value a, Value b, Value c,
                                         uint32_t payload) {
  const auto next = static_cast<Value>(code.size());
  const bool reads = op == VectorOp::Load || op == VectorOp::LoadBool;
  if (!gives_nothing(op) && !reads) {
    const uint32_t sources = a | static_cast<uint32_t>(b) << 16;
    auto [at, fresh] = known_.try_emplace({static_cast<uint32_t>(op), sources, c, payload}, next);
    if (!fresh && is_there(at->second)) return at->second;
    at->second = next;
  }
  VectorInstruction i{op, {a, b, c}, payload};
  i.rate = rate_of(i);
  i.phase = i.rate == Rate::Block ? uint8_t{0} : phase_;
  code.push_back(i);
  return next;
}

Rate VectorProgram::rate_of(const VectorInstruction& i) const {
  switch (i.op) {
    case VectorOp::Load:
    case VectorOp::LoadBool:
      return operands_[i.payload];
    case VectorOp::Store:
    case VectorOp::StoreBool:
      return std::max(Rate::Row, operands_[i.payload]);  // a row's value is stored once
    case VectorOp::Reduce:
      return Rate::Vector;
    default:
      break;
  }
  Rate rate = Rate::Block;
  for (int k = 0; k < sources_of(i.op); ++k) rate = std::max(rate, code[i.from[k]].rate);
  return rate;
}

VectorProgram::Value VectorProgram::bits(uint32_t bits) {
  return push(VectorOp::Constant, 0, 0, 0, bits);
}

VectorProgram::Value VectorProgram::combine(Monoid monoid, Value a, Value b) {
  switch (monoid) {
    case Monoid::Sum:
      return add(a, b);
    case Monoid::Product:
      return mul(a, b);
    case Monoid::Minimum:
      return minimum(a, b);
    default:
      return maximum(a, b);
  }
}

VectorProgram::Value VectorProgram::number(double value) {
  return bits(std::bit_cast<uint32_t>(static_cast<float>(value)));
}

VectorProgram::Value VectorProgram::copy_sign(Value magnitude, Value sign) {
  return push(VectorOp::Or, absolute(magnitude), push(VectorOp::And, sign, bits(0x80000000u)));
}

VectorProgram::Value VectorProgram::select(Value mask, Value a, Value b) {
  const bool zero = is_constant(b) && code[b].payload == 0;
  return zero ? keep(mask, a) : push(VectorOp::Select, mask, a, b);
}

// The processor gives its second operand if either is NaN or both are zero: here a.
VectorProgram::Value VectorProgram::extreme(VectorOp op, Value a, Value b) {
  const Value result = push(op, b, a);
  if (is_constant(b) && (code[b].payload & 0x7fffffffu) <= 0x7f800000u) return result;
  return select(compare(kUnordered, b, b), b, result);
}

}  // namespace lamina::cpu::jit

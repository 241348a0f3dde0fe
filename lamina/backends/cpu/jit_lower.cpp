#include "lamina/backends/cpu/jit_lower.h"

#include "lamina/backends/cpu/jit_math.h"
#include "lamina/base/text.h"

namespace lamina::cpu::jit {

namespace {

using Value = VectorProgram::Value;

class Lowering {
 public:
  Lowering(const Loop& loop, const NormalProgram& normal, VectorProgram& program)
      : loop_(loop), code_(normal.program.code), p(program), number_(code_.size(), kNone) {}

  bool instruction(uint16_t v) {
    const ScalarInstruction& i = code_[v];
    if (i.type != ScalarType::F32 && i.type != ScalarType::Bool)
      return refuse(text(name(i.op), " of ", name(i.type)));
    // Where they are needed first: a value that waits takes a register.
    if (i.op == ScalarOp::Input) {
      const DType dtype = loop_.inputs[i.a].dtype;
      if (dtype == DType::Bool || dtype == DType::Float32 || dtype == DType::BFloat16) return true;
      return refuse(text("operands of ", dtype));
    }
    if (i.op == ScalarOp::Constant) return true;
    const bool of_bool = code_[i.a].type == ScalarType::Bool;
    const Value result = i.op == ScalarOp::Select ? choice(i)
                         : i.op == ScalarOp::Cast ? cast(i)
                         : of_bool                ? logic(i)
                                                  : arithmetic(i);
    number_[v] = result;
    if (result == kNone) return refuse(text(name(i.op), " of ", name(code_[i.a].type)));
    return true;
  }

  Value use(uint16_t v) {
    if (number_[v] != kNone) return number_[v];
    const ScalarInstruction& i = code_[v];
    const bool mask = i.type == ScalarType::Bool;
    if (i.op == ScalarOp::Input) {
      number_[v] = p.push(mask ? VectorOp::LoadBool : VectorOp::Load, 0, 0, 0, i.a);
    } else if (mask) {
      number_[v] = p.compare(i.integer != 0 ? kEqual : kNotEqual, p.bits(0), p.bits(0));
    } else {
      number_[v] = p.number(i.constant);
    }
    return number_[v];
  }

  // To a bfloat16 (base/half.h), whose bits are the upper half.
  Value rounded(Value a) {
    const Value upper = p.bits(0xffff0000u);
    const Value odd = p.push(VectorOp::And, p.push(VectorOp::ShiftRight, a, 0, 0, 16), p.bits(1));
    const Value up = p.push(VectorOp::AddInteger, odd, p.bits(0x7fffu));
    const Value nearest = p.push(VectorOp::And, p.push(VectorOp::AddInteger, a, up), upper);
    const Value quiet = p.push(VectorOp::Or, p.push(VectorOp::And, a, upper), p.bits(0x400000u));
    return p.select(p.compare(kUnordered, a, a), quiet, nearest);
  }

  std::string refusal;

 private:
  static constexpr Value kNone = 0xffff;

  bool refuse(std::string why) {
    refusal = std::move(why);
    return false;
  }

  Value choice(const ScalarInstruction& i) {
    const Value mask = use(i.a), a = use(i.b), b = use(i.c);
    if (i.type == ScalarType::F32) return p.select(mask, a, b);
    return p.push(VectorOp::MaskOr, p.push(VectorOp::MaskAnd, mask, a),
                  p.push(VectorOp::MaskAndNot, mask, b));
  }

  Value cast(const ScalarInstruction& i) {
    const ScalarType from = code_[i.a].type;
    if (from == ScalarType::Bool && i.type == ScalarType::F32) return p.keep(use(i.a), p.number(1));
    if (from == ScalarType::F32 && i.type == ScalarType::Bool)
      return p.compare(kNotEqual, use(i.a), p.bits(0));
    return kNone;
  }

  Value logic(const ScalarInstruction& i) {
    switch (i.op) {
      case ScalarOp::And:
        return p.push(VectorOp::MaskAnd, use(i.a), use(i.b));
      case ScalarOp::Or:
        return p.push(VectorOp::MaskOr, use(i.a), use(i.b));
      case ScalarOp::Xor:
        return p.push(VectorOp::MaskXor, use(i.a), use(i.b));
      case ScalarOp::Not:
        return p.push(VectorOp::MaskNot, use(i.a));
      case ScalarOp::Equal:
        return p.push(VectorOp::MaskNot, p.push(VectorOp::MaskXor, use(i.a), use(i.b)));
      default:
        return kNone;
    }
  }

  Value arithmetic(const ScalarInstruction& i) {
    const Value a = use(i.a);
    if (has_function(i.op)) return function(p, i.op, a);
    switch (i.op) {
      case ScalarOp::Negative:
        return p.negative(a);
      case ScalarOp::Absolute:
        return p.absolute(a);
      case ScalarOp::Sign:
        return sign(a);
      case ScalarOp::SquareRoot:
        return p.sqrt(a);
      case ScalarOp::ReciprocalSquareRoot:
        return p.div(p.number(1), p.sqrt(a));
      case ScalarOp::Floor:
        return p.push(VectorOp::Round, a, 0, 0, kDown);
      case ScalarOp::Ceil:
        return p.push(VectorOp::Round, a, 0, 0, kUp);
      case ScalarOp::Round:
        return p.push(VectorOp::Round, a, 0, 0, kHalfToEven);
      case ScalarOp::RoundBFloat16:
        return rounded(a);
      default:
        return operand_count(i.op) == 2 ? of_two(i, a, use(i.b)) : kNone;
    }
  }

  Value of_two(const ScalarInstruction& i, Value a, Value b) {
    switch (i.op) {
      case ScalarOp::Add:
        return p.add(a, b);
      case ScalarOp::Subtract:
        return p.sub(a, b);
      case ScalarOp::Multiply:
        return p.mul(a, b);
      case ScalarOp::Divide:
        return p.div(a, b);
      case ScalarOp::Minimum:
        return p.minimum(a, b);
      case ScalarOp::Maximum:
        return p.maximum(a, b);
      case ScalarOp::CopySign:
        return p.copy_sign(a, b);
      case ScalarOp::Equal:
        return p.compare(kEqual, a, b);
      case ScalarOp::NotEqual:
        return p.compare(kNotEqual, a, b);
      case ScalarOp::Less:
        return p.compare(kLess, a, b);
      case ScalarOp::LessEqual:
        return p.compare(kLessEqual, a, b);
      default:
        return kNone;
    }
  }

  // 1, -1, 0 of the sign +, or NaN.
  Value sign(Value a) {
    const Value zero = p.bits(0);
    Value y = p.select(p.compare(kEqual, a, zero), zero, a);
    y = p.select(p.compare(kLess, a, zero), p.number(-1), y);
    return p.select(p.compare(kLess, zero, a), p.number(1), y);
  }

  const Loop& loop_;
  const std::vector<ScalarInstruction>& code_;
  VectorProgram& p;
  std::vector<Value> number_;
};

}  // namespace

bool lower(const Loop& loop, const NormalProgram& normal, Reduces reduces, VectorProgram& program,
           std::string& refusal) {
  Lowering lowering(loop, normal, program);
  for (size_t v = 0; v < normal.program.code.size(); ++v) {
    if (lowering.instruction(static_cast<uint16_t>(v))) continue;
    refusal = std::move(lowering.refusal);
    return false;
  }
  // All is read before anything is written: results may lie where operands do.
  for (uint16_t v : normal.stores) lowering.use(v);
  for (uint16_t v : normal.reductions) lowering.use(v);
  for (size_t k = 0; k < normal.stores.size(); ++k) {
    const DType dtype = loop.stores[k].operand.dtype;
    if (dtype != DType::Float32 && dtype != DType::Bool && dtype != DType::BFloat16) {
      refusal = text("results of ", dtype);
      return false;
    }
    Value value = lowering.use(normal.stores[k]);
    const bool is_rounded =
        normal.program.code[normal.stores[k]].op == ScalarOp::RoundBFloat16;
    if (dtype == DType::BFloat16 && !is_rounded) value = lowering.rounded(value);
    program.push(dtype == DType::Bool ? VectorOp::StoreBool : VectorOp::Store, value, 0, 0,
                 static_cast<uint32_t>(loop.inputs.size() + k));
  }
  for (size_t k = 0; k < normal.reductions.size(); ++k) {
    const Monoid monoid = loop.reductions[k].monoid;
    const ScalarType type = normal.program.code[normal.reductions[k]].type;
    if (type != ScalarType::F32 || monoid > Monoid::Maximum) {
      refusal = text("a reduction of ", name(type));
      return false;
    }
    const Value value = lowering.use(normal.reductions[k]);
    const auto number = static_cast<uint32_t>(k);
    if (reduces == Reduces::AlongRows) {
      program.push(VectorOp::Reduce, value, 0, 0, number);
      continue;
    }
    const auto result = static_cast<uint32_t>(loop.inputs.size() + loop.stores.size()) + number;
    const Value before = program.push(VectorOp::Load, 0, 0, 0, result);
    program.push(VectorOp::Store, program.combine(monoid, before, value), 0, 0, result);
  }
  if (program.code.size() > 1000) refusal = "more than 1,000 instructions";
  return refusal.empty();
}

}  // namespace lamina::cpu::jit

#include "lamina/backends/cpu/jit_lower.h"

#include <algorithm>

#include "lamina/backends/cpu/jit_math.h"
#include "lamina/backends/cpu/jit_phases.h"
#include "lamina/base/text.h"

namespace lamina::cpu::jit {

namespace {

using Value = VectorProgram::Value;

// Integers of 8 bits are floats in registers, exactly.
bool is_byte(DType dtype) { return dtype == DType::Int8 || dtype == DType::UInt8; }
bool is_handled(DType dtype) {
  return dtype == DType::Bool || is_byte(dtype) || (is_floating(dtype) && size_of(dtype) <= 4);
}

class Lowering {
 public:
  Lowering(const Loop& loop, const NormalProgram& normal, VectorProgram& program)
      : loop_(loop), code_(normal.program.code), p(program), number_(code_.size(), kNone) {}

  bool instruction(uint16_t v) {
    const ScalarInstruction& i = code_[v];
    const bool is_float = i.type == ScalarType::F32 || i.type == ScalarType::Bool;
    // Where they are needed first: a value that waits takes a register.
    if (i.op == ScalarOp::Input && (is_float || is_byte_input(v))) {
      if (i.a >= loop_.inputs.size()) return true;  // a result
      const DType dtype = loop_.inputs[i.a].dtype;
      if (is_handled(dtype)) return true;
      return refuse(text("operands of ", dtype));
    }
    if (!is_float && !is_stored_byte(v)) return refuse(text(name(i.op), " of ", name(i.type)));
    if (i.op == ScalarOp::Constant) return true;
    if (i.op != ScalarOp::Cast && reads_integers(i))
      return refuse(text(name(i.op), " of ", name(code_[i.a].type)));
    const bool of_bool = code_[i.a].type == ScalarType::Bool;
    const Value result = i.op == ScalarOp::Select ? choice(i)
                         : i.op == ScalarOp::Cast ? cast(i)
                         : of_bool                ? logic(i)
                                                  : arithmetic(i);
    number_[v] = result;
    if (result == kNone) return refuse(text(name(i.op), " of ", name(code_[i.a].type)));
    return true;
  }

  bool is_there(uint16_t v) const { return number_[v] != kNone && p.is_there(number_[v]); }
  // Takes the value from where an earlier phase left it.
  void read(uint16_t v, uint32_t operand) {
    number_[v] = p.push(VectorOp::Load, 0, 0, 0, operand);
  }

  Value use(uint16_t v) {
    if (is_there(v)) return number_[v];
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

  bool is_byte_input(uint16_t v) const {
    const ScalarInstruction& i = code_[v];
    return i.op == ScalarOp::Input && i.a < loop_.inputs.size() && is_byte(loop_.inputs[i.a].dtype);
  }
  bool is_within(const ScalarInstruction& i, double low, double high) const {
    return i.op == ScalarOp::Constant && i.constant >= low && i.constant <= high;
  }
  // A float between two numbers as an 8-bit integer, which nothing but stores of that type read.
  bool is_stored_byte(uint16_t v) const {
    const ScalarInstruction& i = code_[v];
    if (i.op != ScalarOp::Cast || code_[i.a].type != ScalarType::F32) return false;
    const bool has_sign = i.type == ScalarType::I64;
    const double low = has_sign ? -128 : 0, high = has_sign ? 127 : 255;
    const ScalarInstruction& below = code_[i.a];
    if (below.op != ScalarOp::Minimum || !is_within(code_[below.b], low, high)) return false;
    const ScalarInstruction& above = code_[below.a];
    if (above.op != ScalarOp::Maximum || !is_within(code_[above.b], low, high)) return false;
    return std::all_of(loop_.stores.begin(), loop_.stores.end(), [&](const Loop::Store& store) {
      const DType dtype = store.operand.dtype;
      return !is_integer(dtype) || dtype == (has_sign ? DType::Int8 : DType::UInt8);
    });
  }
  bool reads_integers(const ScalarInstruction& i) const {
    const uint16_t from[] = {i.a, i.b, i.c};
    return std::any_of(from, from + operand_count(i.op), [&](uint16_t r) {
      return code_[r].type != ScalarType::F32 && code_[r].type != ScalarType::Bool;
    });
  }

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
    if (i.type == ScalarType::F32 && is_byte_input(i.a)) return use(i.a);
    if (i.type == ScalarType::I64 || i.type == ScalarType::U64) return use(i.a);  // stored
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
      case ScalarOp::RoundFloat16:
        return p.push(VectorOp::RoundHalf, a);
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

// Writes the results of a phase.
class Results {
 public:
  Results(const Loop& loop, const NormalProgram& normal, const Phases& phases, Lowering& lowering,
          VectorProgram& program)
      : loop_(loop), normal_(normal), phases_(phases), lowering_(lowering), p(program) {}

  bool write(int phase, BlockShape& shape) {
    // All is read before anything is written: results may lie where operands do.
    for (const auto* values : {&normal_.stores, &normal_.reductions}) {
      for (uint16_t v : *values) {
        if (phases_.of(v) == phase) lowering_.use(v);
      }
    }
    for (size_t k = 0; k < normal_.stores.size(); ++k) {
      if (phases_.of(normal_.stores[k]) == phase && !store(k)) return false;
    }
    for (size_t v = 0; v < normal_.program.code.size(); ++v) {
      const auto value = static_cast<uint16_t>(v);
      if (phases_.is_kept(value) && phases_.of(value) == phase)
        p.push(VectorOp::Store, lowering_.use(value), 0, 0, phases_.place(value));
    }
    for (size_t k = 0; k < normal_.reductions.size(); ++k) {
      if (phases_.of(normal_.reductions[k]) == phase && !reduce(k, phase, shape)) return false;
    }
    return true;
  }

  std::string refusal;

 private:
  bool store(size_t k) {
    const DType dtype = loop_.stores[k].operand.dtype;
    if (!is_handled(dtype)) {
      refusal = text("results of ", dtype);
      return false;
    }
    Value value = lowering_.use(normal_.stores[k]);
    const bool is_rounded =
        normal_.program.code[normal_.stores[k]].op == ScalarOp::RoundBFloat16;
    if (dtype == DType::BFloat16 && !is_rounded) value = lowering_.rounded(value);
    p.push(dtype == DType::Bool ? VectorOp::StoreBool : VectorOp::Store, value, 0, 0,
           static_cast<uint32_t>(loop_.inputs.size() + k));
    return true;
  }

  bool reduce(size_t k, int phase, BlockShape& shape) {
    const Monoid monoid = loop_.reductions[k].monoid;
    const ScalarType type = normal_.program.code[normal_.reductions[k]].type;
    if (type != ScalarType::F32 || monoid > Monoid::Maximum) {
      refusal = text("a reduction of ", name(type));
      return false;
    }
    const Value value = lowering_.use(normal_.reductions[k]);
    const auto result = static_cast<uint32_t>(normal_.first_result + k);
    if (shape.reduces == Reduces::AlongRows) {
      p.push(VectorOp::Reduce, value, 0, 0, static_cast<uint32_t>(shape.reductions.size()));
      shape.reductions.push_back({monoid, result, phase});
    } else {
      const Value before = p.push(VectorOp::Load, 0, 0, 0, result);
      p.push(VectorOp::Store, p.combine(monoid, before, value), 0, 0, result);
    }
    return true;
  }

  const Loop& loop_;
  const NormalProgram& normal_;
  const Phases& phases_;
  Lowering& lowering_;
  VectorProgram& p;
};

std::vector<Rate> rates_of(const BlockShape& shape) {
  std::vector<Rate> rates;
  for (const JitOperand& o : shape.operands) {
    rates.push_back(o.pattern == Pattern::Uniform ? Rate::Block
                    : o.pattern == Pattern::Row   ? Rate::Row
                                                  : Rate::Vector);
  }
  return rates;
}

}  // namespace

std::optional<VectorProgram> lower(const Loop& loop, const NormalProgram& normal,
                                   BlockShape& shape, std::string& refusal) {
  const Phases phases(normal, loop.inputs.size(), shape);
  VectorProgram program(rates_of(shape));
  Lowering lowering(loop, normal, program);
  Results results(loop, normal, phases, lowering, program);
  for (int phase = 0; phase < phases.count(); ++phase) {
    if (phase > 0) program.next_phase();
    for (uint16_t v : phases.needed(phase)) {
      if (lowering.is_there(v)) continue;
      if (phases.is_read(v, phase)) {
        lowering.read(v, phases.place(v));
      } else if (!lowering.instruction(v)) {
        refusal = std::move(lowering.refusal);
        return std::nullopt;
      }
    }
    if (!results.write(phase, shape)) {
      refusal = std::move(results.refusal);
      return std::nullopt;
    }
  }
  if (program.code.size() <= 1000) return program;
  refusal = "more than 1,000 instructions";
  return std::nullopt;
}

}  // namespace lamina::cpu::jit

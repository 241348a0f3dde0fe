#include "lamina/op/scalar.h"

#include <bit>

#include "lamina/base/error.h"
#include "lamina/op/scalar_eval.h"
#include "lamina/op/scalar_operands.h"

namespace lamina {

int operand_count(ScalarOp op) {
  switch (op) {
    case ScalarOp::Input:
    case ScalarOp::Constant: return 0;
    case ScalarOp::Add: case ScalarOp::Subtract: case ScalarOp::Multiply: case ScalarOp::Divide:
    case ScalarOp::FloorDivide: case ScalarOp::Remainder: case ScalarOp::Power:
    case ScalarOp::Minimum: case ScalarOp::Maximum:
    case ScalarOp::Atan2: case ScalarOp::Hypot: case ScalarOp::CopySign:
    case ScalarOp::Equal: case ScalarOp::NotEqual: case ScalarOp::Less: case ScalarOp::LessEqual:
    case ScalarOp::Greater: case ScalarOp::GreaterEqual:
    case ScalarOp::And: case ScalarOp::Or: case ScalarOp::Xor:
    case ScalarOp::ShiftLeft: case ScalarOp::ShiftRight: return 2;
    case ScalarOp::Select: return 3;
    default: return 1;
  }
}

namespace {

ScalarInstruction instruction(ScalarOp op, ScalarType type) {
  ScalarInstruction i{};
  i.op = op;
  i.type = type;
  return i;
}

// Appends an instruction, or finds the equal one that stands there already: a formula that mentions exp(x)
// twice computes it once. Programs are short, so a search from the end is faster than a table.
uint16_t number(ScalarProgram& program, const ScalarInstruction& wanted) {
  for (size_t i = program.code.size(); i-- > 0;) {
    const ScalarInstruction& known = program.code[i];
    if (known.op == wanted.op && known.type == wanted.type && known.a == wanted.a &&
        known.b == wanted.b && known.c == wanted.c && known.integer == wanted.integer) {
      return static_cast<uint16_t>(i);
    }
  }
  LAMINA_ASSERT(program.code.size() < 0xffff);
  program.code.push_back(wanted);
  return static_cast<uint16_t>(program.code.size() - 1);
}

bool is_float(ScalarType type) { return type == ScalarType::F32 || type == ScalarType::F64; }

// Ops of real numbers: integers and Bool are cast to F32 before.
bool floats_only(ScalarOp op) {
  return op == ScalarOp::Divide || (op >= ScalarOp::SquareRoot && op <= ScalarOp::Sigmoid);
}

bool is_logical(ScalarOp op) {
  return op == ScalarOp::And || op == ScalarOp::Or || op == ScalarOp::Xor || op == ScalarOp::Not;
}

// The type that two program values meet in. Unsigned with signed is signed: the op's own promotion has
// made sure that the values fit.
ScalarType common_type(ScalarType a, ScalarType b) {
  if (a == b) return a;
  for (ScalarType wide : {ScalarType::F64, ScalarType::F32, ScalarType::I64, ScalarType::U64}) {
    if (a == wide || b == wide) return wide;
  }
  return ScalarType::Bool;
}

ScalarType meet(const Expr& a, const Expr& b) {
  if (!a.program()) return b.type();
  if (!b.program()) return a.type();
  return common_type(a.type(), b.type());
}

ScalarProgram* program_of(const Expr& a, const Expr& b) {
  return a.program() ? a.program() : b.program();
}

// where(x > 0, 1, 0) has no operand with a type; it takes that of the values compared.
ScalarType compared_type(const ScalarProgram& program, uint16_t condition) {
  const ScalarInstruction& i = program.code[condition];
  if (i.op >= ScalarOp::Equal && i.op <= ScalarOp::GreaterEqual) {
    ScalarType type = program.code[i.a].type;
    return type == ScalarType::Bool ? compared_type(program, i.a) : type;
  }
  if (is_logical(i.op)) return compared_type(program, i.a);
  return i.type == ScalarType::Bool ? ScalarType::F32 : i.type;
}

}  // namespace

uint16_t ScalarProgram::input(int operand, ScalarType type) {
  ScalarInstruction i = instruction(ScalarOp::Input, type);
  i.a = static_cast<uint16_t>(operand);
  return number(*this, i);
}

uint16_t ScalarProgram::constant(double value, ScalarType type) {
  ScalarInstruction i = instruction(ScalarOp::Constant, type);
  if (type == ScalarType::F64) {
    i.constant = value;
  } else if (type == ScalarType::F32) {
    i.constant = static_cast<float>(value);
  } else if (type == ScalarType::Bool) {
    i.integer = value != 0;
  } else {
    i.integer = scalar_cast(scalar_value(value), ScalarType::F64, type).i64;
  }
  return number(*this, i);
}

uint16_t ScalarProgram::push(ScalarOp op, ScalarType type, uint16_t a, uint16_t b, uint16_t c) {
  ScalarInstruction i = instruction(op, type);
  int operands = operand_count(op);
  i.a = a;  // operands that the op does not read stay 0, so that equal instructions compare equal
  if (operands > 1) i.b = b;
  if (operands > 2) i.c = c;
  return number(*this, i);
}

uint16_t ScalarProgram::cast(uint16_t value, ScalarType type) {
  return code[value].type == type ? value : push(ScalarOp::Cast, type, value);
}

ScalarType Expr::type() const { return program_ ? program_->code[value_].type : ScalarType::F64; }

uint16_t Expr::in(ScalarProgram* program, ScalarType type) const {
  if (!program_) return program->constant(literal_, type);
  LAMINA_ASSERT(program_ == program);
  return program->cast(value_, type);
}

Expr Expr::unary(ScalarOp op, const Expr& a) {
  if (!a.program_) return Real::unary(op, a.literal_).v;
  ScalarType type = a.type();
  if (floats_only(op) && !is_float(type)) type = ScalarType::F32;
  if (type == ScalarType::Bool && op != ScalarOp::Not) type = ScalarType::I64;
  if (op == ScalarOp::Not && is_float(type)) type = ScalarType::Bool;
  return {a.program_, a.program_->push(op, type, a.in(a.program_, type))};
}

Expr Expr::binary(ScalarOp op, const Expr& a, const Expr& b) {
  if (!a.program_ && !b.program_) return Real::binary(op, a.literal_, b.literal_).v;
  ScalarProgram* program = program_of(a, b);
  ScalarType type = meet(a, b);
  if (floats_only(op) && !is_float(type)) type = ScalarType::F32;
  if (type == ScalarType::Bool && !is_logical(op)) type = ScalarType::I64;
  if (is_logical(op) && is_float(type)) type = ScalarType::Bool;
  uint16_t x = a.in(program, type), y = b.in(program, type);
  return {program, program->push(op, type, x, y)};
}

Expr Expr::compare(ScalarOp op, const Expr& a, const Expr& b) {
  if (!a.program_ && !b.program_) return Real::compare(op, a.literal_, b.literal_).v;
  ScalarProgram* program = program_of(a, b);
  ScalarType type = meet(a, b);
  if (type == ScalarType::Bool && op == ScalarOp::NotEqual) op = ScalarOp::Xor;
  if (type == ScalarType::Bool && op != ScalarOp::Equal && op != ScalarOp::Xor) type = ScalarType::I64;
  uint16_t x = a.in(program, type), y = b.in(program, type);
  return {program, program->push(op, ScalarType::Bool, x, y)};
}

Expr Expr::select(const Expr& condition, const Expr& a, const Expr& b) {
  if (!condition.program_) return condition.literal_ != 0 ? a : b;
  ScalarProgram* program = condition.program_;
  ScalarType type = a.program_ || b.program_ ? meet(a, b) : compared_type(*program, condition.value_);
  uint16_t test = condition.in(program, ScalarType::Bool);
  uint16_t x = a.in(program, type), y = b.in(program, type);
  return {program, program->push(ScalarOp::Select, type, test, x, y)};
}

namespace {

double real(ScalarOp op, bool logical, double a, double b) {
  if (op == ScalarOp::ShiftLeft || op == ScalarOp::ShiftRight) {
    ScalarValue x = scalar_cast(scalar_value(a), ScalarType::F64, ScalarType::I64);
    ScalarValue y = scalar_cast(scalar_value(b), ScalarType::F64, ScalarType::I64);
    return static_cast<double>(scalar_apply(op, ScalarType::I64, x, y).i64);
  }
  if (logical) {
    ScalarValue x{.u64 = 0}, y{.u64 = 0};
    x.b = a != 0, y.b = b != 0;
    return scalar_apply(op, ScalarType::Bool, x, y).b;
  }
  return scalar_apply(op, ScalarType::F64, scalar_value(a), scalar_value(b)).f64;
}

}  // namespace

Real Real::unary(ScalarOp op, const Real& a) { return real(op, is_logical(op), a.v, 0); }
Real Real::binary(ScalarOp op, const Real& a, const Real& b) {
  return real(op, is_logical(op), a.v, b.v);
}
Real Real::compare(ScalarOp op, const Real& a, const Real& b) {
  return scalar_apply(op, ScalarType::F64, scalar_value(a.v), scalar_value(b.v)).b;
}
Real Real::select(const Real& condition, const Real& a, const Real& b) {
  return condition.v != 0 ? a : b;
}

const char* name(ScalarOp op) {
  static constexpr const char* kNames[] = {
      "input", "constant", "cast", "add", "subtract", "multiply", "divide", "floor_divide",
      "remainder", "power", "minimum", "maximum", "negative", "absolute", "sign", "floor", "ceil",
      "round", "bfloat16", "float16", "sqrt", "rsqrt", "exp", "expm1", "log", "log1p", "log2",
      "log10", "exp2", "sin", "cos", "tan",
      "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "atan2",
      "hypot", "copysign", "sigmoid", "equal", "not_equal", "less",
      "less_equal", "greater", "greater_equal", "and", "or", "xor", "not", "shift_left",
      "shift_right", "select"};
  static_assert(std::size(kNames) == static_cast<size_t>(ScalarOp::Select) + 1);
  return kNames[static_cast<size_t>(op)];
}

const char* name(ScalarType type) {
  static constexpr const char* kNames[] = {"f32", "f64", "i64", "u64", "bool"};
  return kNames[static_cast<size_t>(type)];
}

}  // namespace lamina

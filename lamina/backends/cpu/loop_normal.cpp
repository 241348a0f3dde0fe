#include "lamina/backends/cpu/loop_normal.h"

#include "lamina/op/scalar_eval.h"

namespace lamina::cpu {

namespace {

bool is_float(ScalarType type) { return type == ScalarType::F32 || type == ScalarType::F64; }
bool compares(ScalarOp op) { return op >= ScalarOp::Equal && op <= ScalarOp::GreaterEqual; }

// The type in which the machine computes op on operands of this type.
ScalarType computing_type(ScalarOp op, ScalarType type) {
  bool bits = op >= ScalarOp::And && op <= ScalarOp::ShiftRight;
  bool shift = op == ScalarOp::ShiftLeft || op == ScalarOp::ShiftRight;
  bool real = op == ScalarOp::Divide || (op >= ScalarOp::SquareRoot && op <= ScalarOp::Sigmoid);
  if (type == ScalarType::Bool) {
    if ((bits && !shift) || op == ScalarOp::Equal) return type;
    return ScalarType::I64;  // and real functions go on to F64 from there
  }
  if (is_float(type)) return bits ? ScalarType::I64 : type;
  return real ? ScalarType::F64 : type;
}

class Normalizer {
 public:
  explicit Normalizer(const Loop& loop) : loop_(loop), number_(loop.program.code.size()) {}

  NormalProgram run() {
    const auto& code = loop_.program.code;
    std::vector<bool> needed(code.size());
    for (const Loop::Store& store : loop_.stores) needed[store.value] = true;
    for (const Loop::Reduction& reduction : loop_.reductions) needed[reduction.value] = true;
    for (size_t k = code.size(); k-- > 0;) {
      if (!needed[k]) continue;
      const uint16_t operands[] = {code[k].a, code[k].b, code[k].c};
      for (int i = 0; i < operand_count(code[k].op); ++i) needed[operands[i]] = true;
    }
    for (size_t k = 0; k < code.size(); ++k) {
      if (needed[k]) number_[k] = instruction(code[k]);
    }
    for (const Loop::Store& store : loop_.stores) {
      out_.stores.push_back(cast(number_[store.value], scalar_type(store.operand.dtype)));
    }
    for (const Loop::Reduction& r : loop_.reductions) {
      out_.reductions.push_back(
          cast(number_[r.value], accumulator_type(r.monoid, code[r.value].type)));
    }
    out_.first_result = loop_.inputs.size() + loop_.stores.size();
    return std::move(out_);
  }

 private:
  ScalarProgram& program() { return out_.program; }
  const ScalarInstruction& at(uint16_t value) { return program().code[value]; }
  bool constant(uint16_t value) { return at(value).op == ScalarOp::Constant; }

  ScalarValue value_of(uint16_t value) {
    ScalarValue v{.u64 = 0};
    const ScalarInstruction& i = at(value);
    if (i.type == ScalarType::F32)
      v.f32 = static_cast<float>(i.constant);
    else if (i.type == ScalarType::F64)
      v.f64 = i.constant;
    else
      v.i64 = i.type == ScalarType::Bool ? i.integer != 0 : i.integer;
    return v;
  }

  uint16_t constant_of(ScalarType type, ScalarValue v) {
    if (type == ScalarType::F32) return program().constant(static_cast<double>(v.f32), type);
    if (type == ScalarType::F64) return program().constant(v.f64, type);
    ScalarInstruction i{};  // by its bits: a double does not hold every integer
    i.op = ScalarOp::Constant;
    i.type = type;
    i.integer = type == ScalarType::Bool ? v.b : v.i64;
    program().code.push_back(i);
    return static_cast<uint16_t>(program().code.size() - 1);
  }

  uint16_t cast(uint16_t value, ScalarType type) {
    if (at(value).type == type) return value;
    if (constant(value))
      return constant_of(type, scalar_cast(value_of(value), at(value).type, type));
    return program().cast(value, type);
  }

  uint16_t push(ScalarOp op, ScalarType operands, uint16_t a, uint16_t b) {
    int count = operand_count(op);
    ScalarType result = compares(op) ? ScalarType::Bool : operands;
    if (constant(a) && (count < 2 || constant(b))) {
      return constant_of(
          result, scalar_apply(op, operands, value_of(a), count < 2 ? ScalarValue{} : value_of(b)));
    }
    if (op == ScalarOp::Power && is_float(operands) && constant(b)) {
      if (at(b).constant == 2) return program().push(ScalarOp::Multiply, result, a, a);
      if (at(b).constant == 1) return a;
    }
    return program().push(op, result, a, b);
  }

  // Results have the numbers of their operands, which are the last ones.
  uint16_t input(const ScalarInstruction& i) {
    const size_t inputs = loop_.inputs.size();
    if (i.a < inputs)
      return cast(program().input(i.a, scalar_type(loop_.inputs[i.a].dtype)), i.type);
    const DType dtype = loop_.reductions[i.a - inputs].operand.dtype;
    const auto operand = static_cast<int>(i.a + loop_.stores.size());
    return cast(program().input(operand, scalar_type(dtype)), i.type);
  }

  uint16_t instruction(const ScalarInstruction& i) {
    switch (i.op) {
      case ScalarOp::Input:
        return input(i);
      case ScalarOp::Constant: {
        program().code.push_back(i);
        return static_cast<uint16_t>(program().code.size() - 1);
      }
      case ScalarOp::Cast:
        return cast(number_[i.a], i.type);
      case ScalarOp::Select: {
        uint16_t test = cast(number_[i.a], ScalarType::Bool);
        uint16_t a = cast(number_[i.b], i.type), b = cast(number_[i.c], i.type);
        if (constant(test)) return value_of(test).b ? a : b;
        return program().push(ScalarOp::Select, i.type, test, a, b);
      }
      default:
        break;
    }
    ScalarOp op = i.op;
    uint16_t a = number_[i.a], b = operand_count(op) > 1 ? number_[i.b] : a;
    ScalarType type = at(a).type;
    if (op == ScalarOp::Greater || op == ScalarOp::GreaterEqual) {
      op = op == ScalarOp::Greater ? ScalarOp::Less : ScalarOp::LessEqual;
      std::swap(a, b);
    }
    ScalarType computing = type;
    for (int k = 0; k < 2; ++k) {  // Bool becomes I64, which real functions turn into F64
      computing = computing_type(op, computing);
      a = cast(a, computing), b = cast(b, computing);
    }
    uint16_t result = push(op, computing, a, operand_count(op) > 1 ? b : 0);
    return cast(result, i.type);
  }

  const Loop& loop_;
  NormalProgram out_;
  std::vector<uint16_t> number_;
};

}  // namespace

NormalProgram normalize(const Loop& loop) { return Normalizer(loop).run(); }

}  // namespace lamina::cpu

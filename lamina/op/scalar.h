// Scalar programs: what an element-wise op, or a fused chain of them, does to one element.
//
// An op writes its formula once, as a generic lambda:  [](auto x) { return max(x, 0) + log1p(exp(-abs(x))); }
// Called with an Expr it appends instructions to a ScalarProgram, from which backends make vector kernels;
// called with a Real (a plain double) it is the reference that those kernels are tested against.
// Choices are written where(condition, a, b): both sides are computed.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace lamina {

// What a value is while it is computed. Storage types map to these: float16 and bfloat16 compute in F32,
// signed integers in I64, unsigned ones in U64; results wrap or round when they are stored.
enum class ScalarType : uint8_t { F32, F64, I64, U64, Bool };

// The instruction set of the element-wise machine. Bool has And, Or, Xor, Not and Equal only.
enum class ScalarOp : uint8_t {
  Input,     // operand number `a` of the loop, or a result of it (loop_phases.h)
  Constant,  // `constant`, or `integer` for I64, U64 and Bool
  Cast,      // a, converted to `type` (float to integer truncates and saturates, NaN gives 0)
  Add, Subtract, Multiply,
  Divide,       // floats only
  FloorDivide,  // rounds to minus infinity; integers: x / 0 is 0
  Remainder,    // sign of the divisor, as in Python; integers: x % 0 is 0
  Power,        // integers: negative exponents give 0 (1 for base 1, +-1 for base -1)
  Minimum, Maximum,  // NaN if either is NaN
  Negative, Absolute, Sign,
  Floor, Ceil, Round,  // Round: half to even
  RoundBFloat16, RoundFloat16,  // F32, to the nearest of that type; where a loop goes on with it
  SquareRoot, ReciprocalSquareRoot,
  Exp, Expm1, Log, Log1p, Log2,
  Log10, Exp2, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh, Erf,
  Atan2, Hypot,  // of two operands
  CopySign,      // a with the sign of b
  Sigmoid,  // 1 / (1 + e^-x), stable at both ends
  Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual,  // result Bool
  And, Or, Xor, Not,                                        // Bool, or bits of integers
  ShiftLeft, ShiftRight,
  Select,  // a ? b : c
};

struct ScalarInstruction {
  ScalarOp op;
  ScalarType type;             // of the result
  uint16_t a = 0, b = 0, c = 0;  // numbers of earlier instructions
  union {
    double constant = 0;
    int64_t integer;
  };
};

// Value i is the result of code[i]; operands always come before their users.
struct ScalarProgram {
  std::vector<ScalarInstruction> code;

  uint16_t input(int operand, ScalarType type);
  uint16_t constant(double value, ScalarType type);
  uint16_t push(ScalarOp op, ScalarType type, uint16_t a, uint16_t b = 0, uint16_t c = 0);
  uint16_t cast(uint16_t value, ScalarType type);  // value itself when it has the type already
};

const char* name(ScalarOp op);
const char* name(ScalarType type);

// A formula's argument and result while a program is built. A number without a program is a literal that
// takes the type of what it meets.
class Expr {
 public:
  Expr(double literal) : literal_(literal) {}
  Expr(ScalarProgram* program, uint16_t value) : program_(program), value_(value) {}

  ScalarType type() const;
  // This value's number in `program`, as `type`: literals become constants, others are cast.
  uint16_t in(ScalarProgram* program, ScalarType type) const;
  ScalarProgram* program() const { return program_; }

  static Expr unary(ScalarOp op, const Expr& a);
  static Expr binary(ScalarOp op, const Expr& a, const Expr& b);   // result of the operands' type
  static Expr compare(ScalarOp op, const Expr& a, const Expr& b);  // result Bool
  static Expr select(const Expr& condition, const Expr& a, const Expr& b);

 private:
  ScalarProgram* program_ = nullptr;
  uint16_t value_ = 0;
  double literal_ = 0;
};

// The same arithmetic on a double.
struct Real {
  double v;
  Real(double value) : v(value) {}
  static Real unary(ScalarOp op, const Real& a);
  static Real binary(ScalarOp op, const Real& a, const Real& b);
  static Real compare(ScalarOp op, const Real& a, const Real& b);
  static Real select(const Real& condition, const Real& a, const Real& b);
};

// One list of functions serves Expr and Real; it is found by argument-dependent look-up, so that formulas
// can mix them with numbers.
#define LAMINA_SCALAR_FUNCTIONS(T)                                                                  \
  inline T operator+(const T& a, const T& b) { return T::binary(ScalarOp::Add, a, b); }             \
  inline T operator-(const T& a, const T& b) { return T::binary(ScalarOp::Subtract, a, b); }        \
  inline T operator*(const T& a, const T& b) { return T::binary(ScalarOp::Multiply, a, b); }        \
  inline T operator/(const T& a, const T& b) { return T::binary(ScalarOp::Divide, a, b); }          \
  inline T operator-(const T& a) { return T::unary(ScalarOp::Negative, a); }                        \
  inline T floor_divide(const T& a, const T& b) { return T::binary(ScalarOp::FloorDivide, a, b); }  \
  inline T remainder(const T& a, const T& b) { return T::binary(ScalarOp::Remainder, a, b); }       \
  inline T power(const T& a, const T& b) { return T::binary(ScalarOp::Power, a, b); }               \
  inline T min(const T& a, const T& b) { return T::binary(ScalarOp::Minimum, a, b); }               \
  inline T max(const T& a, const T& b) { return T::binary(ScalarOp::Maximum, a, b); }               \
  inline T abs(const T& a) { return T::unary(ScalarOp::Absolute, a); }                              \
  inline T sign(const T& a) { return T::unary(ScalarOp::Sign, a); }                                 \
  inline T floor(const T& a) { return T::unary(ScalarOp::Floor, a); }                               \
  inline T ceil(const T& a) { return T::unary(ScalarOp::Ceil, a); }                                 \
  inline T round(const T& a) { return T::unary(ScalarOp::Round, a); }                               \
  inline T sqrt(const T& a) { return T::unary(ScalarOp::SquareRoot, a); }                           \
  inline T rsqrt(const T& a) { return T::unary(ScalarOp::ReciprocalSquareRoot, a); }                \
  inline T exp(const T& a) { return T::unary(ScalarOp::Exp, a); }                                   \
  inline T expm1(const T& a) { return T::unary(ScalarOp::Expm1, a); }                               \
  inline T log(const T& a) { return T::unary(ScalarOp::Log, a); }                                   \
  inline T log1p(const T& a) { return T::unary(ScalarOp::Log1p, a); }                               \
  inline T log2(const T& a) { return T::unary(ScalarOp::Log2, a); }                                 \
  inline T exp2(const T& a) { return T::unary(ScalarOp::Exp2, a); }                                 \
  inline T log10(const T& a) { return T::unary(ScalarOp::Log10, a); }                               \
  inline T sin(const T& a) { return T::unary(ScalarOp::Sin, a); }                                   \
  inline T cos(const T& a) { return T::unary(ScalarOp::Cos, a); }                                   \
  inline T tan(const T& a) { return T::unary(ScalarOp::Tan, a); }                                   \
  inline T asin(const T& a) { return T::unary(ScalarOp::Asin, a); }                                 \
  inline T acos(const T& a) { return T::unary(ScalarOp::Acos, a); }                                 \
  inline T atan(const T& a) { return T::unary(ScalarOp::Atan, a); }                                 \
  inline T sinh(const T& a) { return T::unary(ScalarOp::Sinh, a); }                                 \
  inline T cosh(const T& a) { return T::unary(ScalarOp::Cosh, a); }                                 \
  inline T tanh(const T& a) { return T::unary(ScalarOp::Tanh, a); }                                 \
  inline T asinh(const T& a) { return T::unary(ScalarOp::Asinh, a); }                               \
  inline T acosh(const T& a) { return T::unary(ScalarOp::Acosh, a); }                               \
  inline T atanh(const T& a) { return T::unary(ScalarOp::Atanh, a); }                               \
  inline T atan2(const T& a, const T& b) { return T::binary(ScalarOp::Atan2, a, b); }               \
  inline T hypot(const T& a, const T& b) { return T::binary(ScalarOp::Hypot, a, b); }               \
  inline T copysign(const T& a, const T& b) { return T::binary(ScalarOp::CopySign, a, b); }         \
  inline T erf(const T& a) { return T::unary(ScalarOp::Erf, a); }                                   \
  inline T sigmoid(const T& a) { return T::unary(ScalarOp::Sigmoid, a); }                           \
  inline T operator==(const T& a, const T& b) { return T::compare(ScalarOp::Equal, a, b); }         \
  inline T operator!=(const T& a, const T& b) { return T::compare(ScalarOp::NotEqual, a, b); }      \
  inline T operator<(const T& a, const T& b) { return T::compare(ScalarOp::Less, a, b); }           \
  inline T operator<=(const T& a, const T& b) { return T::compare(ScalarOp::LessEqual, a, b); }     \
  inline T operator>(const T& a, const T& b) { return T::compare(ScalarOp::Greater, a, b); }        \
  inline T operator>=(const T& a, const T& b) { return T::compare(ScalarOp::GreaterEqual, a, b); }  \
  inline T operator&(const T& a, const T& b) { return T::binary(ScalarOp::And, a, b); }             \
  inline T operator|(const T& a, const T& b) { return T::binary(ScalarOp::Or, a, b); }              \
  inline T operator^(const T& a, const T& b) { return T::binary(ScalarOp::Xor, a, b); }             \
  inline T operator<<(const T& a, const T& b) { return T::binary(ScalarOp::ShiftLeft, a, b); }      \
  inline T operator>>(const T& a, const T& b) { return T::binary(ScalarOp::ShiftRight, a, b); }     \
  inline T operator!(const T& a) { return T::unary(ScalarOp::Not, a); }                             \
  inline T where(const T& c, const T& a, const T& b) { return T::select(c, a, b); }
LAMINA_SCALAR_FUNCTIONS(Expr)
LAMINA_SCALAR_FUNCTIONS(Real)
#undef LAMINA_SCALAR_FUNCTIONS

}  // namespace lamina

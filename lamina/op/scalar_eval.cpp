#include "lamina/op/scalar_eval.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/base/half.h"
#include "lamina/op/scalar_math.h"

namespace lamina {

namespace {

using namespace scalar_math;

ScalarValue boxed(float v) { ScalarValue r{.u64 = 0}; r.f32 = v; return r; }
ScalarValue boxed(double v) { return ScalarValue{.f64 = v}; }
ScalarValue boxed(int64_t v) { return ScalarValue{.i64 = v}; }
ScalarValue boxed(uint64_t v) { return ScalarValue{.u64 = v}; }
ScalarValue boxed(bool v) { ScalarValue r{.u64 = 0}; r.b = v; return r; }

// Calls f with the member that `type` means.
template <class F>
auto visit(ScalarType type, ScalarValue v, F&& f) {
  switch (type) {
    case ScalarType::F32: return f(v.f32);
    case ScalarType::F64: return f(v.f64);
    case ScalarType::I64: return f(v.i64);
    case ScalarType::U64: return f(v.u64);
    case ScalarType::Bool: break;
  }
  return f(v.b);
}

bool is_float(ScalarType type) { return type == ScalarType::F32 || type == ScalarType::F64; }

double real_function(ScalarOp op, double x) {
  switch (op) {
    case ScalarOp::SquareRoot: return std::sqrt(x);
    case ScalarOp::ReciprocalSquareRoot: return 1 / std::sqrt(x);
    case ScalarOp::Exp: return std::exp(x);
    case ScalarOp::Expm1: return std::expm1(x);
    case ScalarOp::Log: return std::log(x);
    case ScalarOp::Log1p: return std::log1p(x);
    case ScalarOp::Log2: return std::log2(x);
    case ScalarOp::Log10: return std::log10(x);
    case ScalarOp::Exp2: return std::exp2(x);
    case ScalarOp::Sin: return std::sin(x);
    case ScalarOp::Cos: return std::cos(x);
    case ScalarOp::Tan: return std::tan(x);
    case ScalarOp::Asin: return std::asin(x);
    case ScalarOp::Acos: return std::acos(x);
    case ScalarOp::Atan: return std::atan(x);
    case ScalarOp::Sinh: return std::sinh(x);
    case ScalarOp::Cosh: return std::cosh(x);
    case ScalarOp::Tanh: return std::tanh(x);
    case ScalarOp::Asinh: return std::asinh(x);
    case ScalarOp::Acosh: return std::acosh(x);
    case ScalarOp::Atanh: return std::atanh(x);
    case ScalarOp::Erf: return std::erf(x);
    case ScalarOp::Sigmoid: return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
    default: LAMINA_ASSERT(false); return 0;
  }
}

template <class T>
ScalarValue apply_float(ScalarOp op, T a, T b) {
  switch (op) {
    case ScalarOp::Add: return boxed(a + b);
    case ScalarOp::Subtract: return boxed(a - b);
    case ScalarOp::Multiply: return boxed(a * b);
    case ScalarOp::Divide: return boxed(a / b);
    case ScalarOp::FloorDivide: return boxed(floor_divide(a, b));
    case ScalarOp::Remainder: return boxed(remainder(a, b));
    case ScalarOp::Power: return boxed(static_cast<T>(std::pow(double{a}, double{b})));
    case ScalarOp::Minimum: return boxed(minimum(a, b));
    case ScalarOp::Maximum: return boxed(maximum(a, b));
    case ScalarOp::Atan2: return boxed(static_cast<T>(std::atan2(double{a}, double{b})));
    case ScalarOp::Hypot: return boxed(static_cast<T>(std::hypot(double{a}, double{b})));
    case ScalarOp::CopySign: return boxed(std::copysign(a, b));
    case ScalarOp::Negative: return boxed(-a);
    case ScalarOp::Absolute: return boxed(std::fabs(a));
    case ScalarOp::Sign: return boxed(sign(a));
    case ScalarOp::Floor: return boxed(std::floor(a));
    case ScalarOp::Ceil: return boxed(std::ceil(a));
    case ScalarOp::Round: return boxed(std::nearbyint(a));
    case ScalarOp::RoundBFloat16: return boxed(static_cast<T>(float{BFloat16(static_cast<float>(a))}));
    case ScalarOp::RoundFloat16: return boxed(static_cast<T>(float{Half(static_cast<float>(a))}));
    case ScalarOp::Equal: return boxed(a == b);
    case ScalarOp::NotEqual: return boxed(a != b);
    case ScalarOp::Less: return boxed(a < b);
    case ScalarOp::LessEqual: return boxed(a <= b);
    case ScalarOp::Greater: return boxed(a > b);
    case ScalarOp::GreaterEqual: return boxed(a >= b);
    default: return boxed(static_cast<T>(real_function(op, a)));
  }
}

template <class T>
ScalarValue apply_integer(ScalarOp op, T a, T b) {
  switch (op) {
    case ScalarOp::Add: return boxed(wrap_add(a, b));
    case ScalarOp::Subtract: return boxed(wrap_subtract(a, b));
    case ScalarOp::Multiply: return boxed(wrap_multiply(a, b));
    case ScalarOp::FloorDivide: return boxed(floor_divide(a, b));
    case ScalarOp::Remainder: return boxed(remainder(a, b));
    case ScalarOp::Power: return boxed(power(a, b));
    case ScalarOp::Minimum: return boxed(minimum(a, b));
    case ScalarOp::Maximum: return boxed(maximum(a, b));
    case ScalarOp::Negative: return boxed(wrap_subtract(T{0}, a));
    case ScalarOp::Absolute: return boxed(a < 0 ? wrap_subtract(T{0}, a) : a);
    case ScalarOp::Sign: return boxed(sign(a));
    case ScalarOp::Floor:
    case ScalarOp::Ceil:
    case ScalarOp::Round: return boxed(a);
    case ScalarOp::Equal: return boxed(a == b);
    case ScalarOp::NotEqual: return boxed(a != b);
    case ScalarOp::Less: return boxed(a < b);
    case ScalarOp::LessEqual: return boxed(a <= b);
    case ScalarOp::Greater: return boxed(a > b);
    case ScalarOp::GreaterEqual: return boxed(a >= b);
    case ScalarOp::And: return boxed(a & b);
    case ScalarOp::Or: return boxed(a | b);
    case ScalarOp::Xor: return boxed(a ^ b);
    case ScalarOp::Not: return boxed(~a);
    case ScalarOp::ShiftLeft: return boxed(shift_left(a, b));
    case ScalarOp::ShiftRight: return boxed(shift_right(a, b));
    default: LAMINA_ASSERT(false); return {};
  }
}

bool compares(ScalarOp op) { return op >= ScalarOp::Equal && op <= ScalarOp::GreaterEqual; }

// Computes in `type` and casts back, for ops that the operands' own type lacks.
ScalarValue apply_in(ScalarType type, ScalarOp op, ScalarType from, ScalarValue a, ScalarValue b) {
  ScalarValue r = scalar_apply(op, type, scalar_cast(a, from, type), scalar_cast(b, from, type));
  return compares(op) ? r : scalar_cast(r, type, from);
}

}  // namespace

ScalarType scalar_type(DType dtype) {
  switch (kind(dtype)) {
    case DTypeKind::Bool: return ScalarType::Bool;
    case DTypeKind::Integer: return is_signed(dtype) ? ScalarType::I64 : ScalarType::U64;
    case DTypeKind::Float: break;
  }
  return dtype == DType::Float64 ? ScalarType::F64 : ScalarType::F32;
}

ScalarValue scalar_cast(ScalarValue a, ScalarType from, ScalarType to) {
  if (from == to) return a;
  return visit(from, a, [&](auto v) {
    switch (to) {
      case ScalarType::F32: return boxed(cast<float>(v));
      case ScalarType::F64: return boxed(cast<double>(v));
      case ScalarType::I64: return boxed(cast<int64_t>(v));
      case ScalarType::U64: return boxed(cast<uint64_t>(v));
      case ScalarType::Bool: break;
    }
    return boxed(cast<bool>(v));
  });
}

ScalarValue scalar_apply(ScalarOp op, ScalarType type, ScalarValue a, ScalarValue b, ScalarValue c) {
  if (op == ScalarOp::Select) return a.b ? b : c;
  bool logical = op >= ScalarOp::And && op <= ScalarOp::ShiftRight;
  switch (type) {
    case ScalarType::F32:
      return logical ? apply_in(ScalarType::I64, op, type, a, b) : apply_float(op, a.f32, b.f32);
    case ScalarType::F64:
      return logical ? apply_in(ScalarType::I64, op, type, a, b) : apply_float(op, a.f64, b.f64);
    case ScalarType::I64:
    case ScalarType::U64:
      if (op == ScalarOp::Divide || (op >= ScalarOp::SquareRoot && op <= ScalarOp::Sigmoid)) {
        return apply_in(ScalarType::F64, op, type, a, b);
      }
      return type == ScalarType::I64 ? apply_integer(op, a.i64, b.i64) : apply_integer(op, a.u64, b.u64);
    case ScalarType::Bool: break;
  }
  switch (op) {
    case ScalarOp::And: return boxed(a.b && b.b);
    case ScalarOp::Or: return boxed(a.b || b.b);
    case ScalarOp::Xor: return boxed(a.b != b.b);
    case ScalarOp::Not: return boxed(!a.b);
    case ScalarOp::Equal: return boxed(a.b == b.b);
    default: return apply_in(ScalarType::I64, op, type, a, b);
  }
}

void scalar_eval(const ScalarProgram& program, const DType* dtypes, const ScalarValue* inputs,
                 ScalarValue* values) {
  for (size_t k = 0; k < program.code.size(); ++k) {
    const ScalarInstruction& i = program.code[k];
    switch (i.op) {
      case ScalarOp::Input:
        values[k] = scalar_cast(inputs[i.a], scalar_type(dtypes[i.a]), i.type);
        break;
      case ScalarOp::Constant:
        values[k] = i.type == ScalarType::F32   ? boxed(static_cast<float>(i.constant))
                    : i.type == ScalarType::F64 ? boxed(i.constant)
                    : i.type == ScalarType::Bool ? boxed(i.integer != 0)
                                                : boxed(i.integer);
        break;
      case ScalarOp::Cast:
        values[k] = scalar_cast(values[i.a], program.code[i.a].type, i.type);
        break;
      case ScalarOp::Select:
        values[k] = scalar_apply(i.op, i.type, values[i.a], values[i.b], values[i.c]);
        break;
      default:
        values[k] = scalar_apply(i.op, program.code[i.a].type, values[i.a], values[i.b]);
    }
  }
}

ScalarValue scalar_load(DType dtype, const void* element) {
  return dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, bool>) {
      return boxed(*static_cast<const uint8_t*>(element) != 0);
    } else {
      T v;
      std::memcpy(&v, element, sizeof v);
      if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
        return boxed(static_cast<float>(v));
      } else if constexpr (std::is_floating_point_v<T>) {
        return boxed(v);
      } else if constexpr (std::is_signed_v<T>) {
        return boxed(static_cast<int64_t>(v));
      } else {
        return boxed(static_cast<uint64_t>(v));
      }
    }
  });
}

void scalar_store(DType dtype, void* element, ScalarType type, ScalarValue value) {
  ScalarValue v = scalar_cast(value, type, scalar_type(dtype));
  dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    T stored;
    if constexpr (std::is_same_v<T, bool>) {
      stored = v.b;
    } else if constexpr (std::is_same_v<T, double>) {
      stored = v.f64;
    } else if constexpr (std::is_integral_v<T>) {
      stored = static_cast<T>(v.u64);  // wraps
    } else {
      stored = T(v.f32);
    }
    std::memcpy(element, &stored, sizeof stored);
  });
}

ScalarType accumulator_type(Monoid monoid, ScalarType value) {
  if (monoid == Monoid::And || monoid == Monoid::Or) return ScalarType::Bool;
  bool counts = monoid == Monoid::Sum || monoid == Monoid::Product;
  return value == ScalarType::Bool && counts ? ScalarType::I64 : value;
}

namespace {

template <class T>
ScalarValue identity(Monoid monoid) {
  using Limits = std::numeric_limits<T>;
  switch (monoid) {
    case Monoid::Sum: return boxed(T{0});
    case Monoid::Product: return boxed(T{1});
    case Monoid::Minimum: return boxed(Limits::has_infinity ? Limits::infinity() : Limits::max());
    case Monoid::Maximum: return boxed(Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
    default: LAMINA_ASSERT(false); return {};
  }
}

}  // namespace

ScalarValue monoid_identity(Monoid monoid, ScalarType type) {
  switch (type) {
    case ScalarType::F32: return identity<float>(monoid);
    case ScalarType::F64: return identity<double>(monoid);
    case ScalarType::I64: return identity<int64_t>(monoid);
    case ScalarType::U64: return identity<uint64_t>(monoid);
    case ScalarType::Bool: break;
  }
  return boxed(monoid == Monoid::And || monoid == Monoid::Minimum);
}

ScalarValue monoid_combine(Monoid monoid, ScalarType type, ScalarValue a, ScalarValue b) {
  bool logical = type == ScalarType::Bool;
  switch (monoid) {
    case Monoid::Sum: return scalar_apply(ScalarOp::Add, type, a, b);
    case Monoid::Product: return scalar_apply(ScalarOp::Multiply, type, a, b);
    case Monoid::Minimum: return scalar_apply(logical ? ScalarOp::And : ScalarOp::Minimum, type, a, b);
    case Monoid::Maximum: return scalar_apply(logical ? ScalarOp::Or : ScalarOp::Maximum, type, a, b);
    case Monoid::And: return scalar_apply(ScalarOp::And, type, a, b);
    case Monoid::Or: break;
  }
  return scalar_apply(ScalarOp::Or, type, a, b);
}

ScalarValue monoid_of_nothing(Monoid monoid, ScalarType type, DType stored) {
  bool extreme = monoid == Monoid::Minimum || monoid == Monoid::Maximum;
  if (!extreme || !is_integer(stored) || type == ScalarType::Bool || is_float(type)) {
    return monoid_identity(monoid, type);
  }
  return dispatch(stored, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      using Limits = std::numeric_limits<T>;
      return boxed(static_cast<int64_t>(monoid == Monoid::Minimum ? Limits::max() : Limits::min()));
    } else {
      return boxed(int64_t{0});
    }
  });
}

}  // namespace lamina

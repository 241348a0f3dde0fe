// Steps that are plain loops over elements, which the compiler vectorises for each instruction set:
// integers, Bool, comparisons, choices and casts.
#include "lamina/backends/cpu/targets.h"
#include "lamina/backends/cpu/tile_ops.h"
#include "lamina/op/scalar_math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/tile_plain.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

namespace m = scalar_math;

// Bool tiles hold bytes of 0 and 1.
template <class T>
T* tile(std::byte* p) {
  return reinterpret_cast<T*>(p);
}

// A step may write over its operand, element by element: no element depends on an earlier one.
#define LAMINA_LOOP _Pragma("GCC ivdep") for (int64_t i = 0; i < n; ++i)

template <class R, class T, class F>
HWY_INLINE void unary_loop(const Step& step, std::byte* const* slot, int64_t n, F f) {
  R* to = tile<R>(slot[step.to]);
  const T* a = tile<T>(slot[step.from[0]]);
  LAMINA_LOOP to[i] = static_cast<R>(f(a[i]));
}

template <class R, class T, class F>
HWY_INLINE void binary_loop(const Step& step, std::byte* const* slot, int64_t n, F f) {
  R* to = tile<R>(slot[step.to]);
  const T *a = tile<T>(slot[step.from[0]]), *b = tile<T>(slot[step.from[1]]);
  if (step.stride[0] && step.stride[1]) {
    LAMINA_LOOP to[i] = static_cast<R>(f(a[i], b[i]));
  } else if (step.stride[0]) {
    const T y = *b;
    LAMINA_LOOP to[i] = static_cast<R>(f(a[i], y));
  } else if (step.stride[1]) {
    const T x = *a;
    LAMINA_LOOP to[i] = static_cast<R>(f(x, b[i]));
  } else {
    const R r = static_cast<R>(f(*a, *b));
    LAMINA_LOOP to[i] = r;
  }
}

#define LAMINA_UNARY(Name, R, T, expression)                                    \
  case ScalarOp::Name:                                                          \
    return [](const Step& step, std::byte* const* slot, int64_t n) HWY_ATTR {   \
      unary_loop<R, T>(step, slot, n, [](T a) HWY_ATTR { return expression; }); \
    };
#define LAMINA_BINARY(Name, R, T, expression)                                         \
  case ScalarOp::Name:                                                                \
    return [](const Step& step, std::byte* const* slot, int64_t n) HWY_ATTR {         \
      binary_loop<R, T>(step, slot, n, [](T a, T b) HWY_ATTR { return expression; }); \
    };

template <class T>
StepFunction compare_for(ScalarOp op) {
  switch (op) {
    LAMINA_BINARY(Equal, uint8_t, T, a == b)
    LAMINA_BINARY(NotEqual, uint8_t, T, a != b)
    LAMINA_BINARY(Less, uint8_t, T, a < b)
    LAMINA_BINARY(LessEqual, uint8_t, T, a <= b)
    LAMINA_BINARY(Greater, uint8_t, T, a > b)
    LAMINA_BINARY(GreaterEqual, uint8_t, T, a >= b)
    default:
      return nullptr;
  }
}

template <class T>
StepFunction float_for(ScalarOp op) {
  switch (op) {
    LAMINA_UNARY(Sign, T, T, (a > 0 ? T{1} : a < 0 ? T{-1} : a == 0 ? T{0} : a))
    default:
      return compare_for<T>(op);
  }
}

template <class T>
StepFunction integer_for(ScalarOp op) {
  switch (op) {
    LAMINA_BINARY(Add, T, T, m::wrap_add(a, b))
    LAMINA_BINARY(Subtract, T, T, m::wrap_subtract(a, b))
    LAMINA_BINARY(Multiply, T, T, m::wrap_multiply(a, b))
    LAMINA_BINARY(FloorDivide, T, T, m::floor_divide(a, b))
    LAMINA_BINARY(Remainder, T, T, m::remainder(a, b))
    LAMINA_BINARY(Power, T, T, m::power(a, b))
    LAMINA_BINARY(Minimum, T, T, m::minimum(a, b))
    LAMINA_BINARY(Maximum, T, T, m::maximum(a, b))
    LAMINA_UNARY(Negative, T, T, m::wrap_subtract(T{0}, a))
    LAMINA_UNARY(Absolute, T, T, (a < 0 ? m::wrap_subtract(T{0}, a) : a))
    LAMINA_UNARY(Sign, T, T, m::sign(a))
    LAMINA_UNARY(Floor, T, T, a)
    LAMINA_UNARY(Ceil, T, T, a)
    LAMINA_UNARY(Round, T, T, a)
    LAMINA_BINARY(And, T, T, a & b)
    LAMINA_BINARY(Or, T, T, a | b)
    LAMINA_BINARY(Xor, T, T, a ^ b)
    LAMINA_UNARY(Not, T, T, ~a)
    LAMINA_BINARY(ShiftLeft, T, T, m::shift_left(a, b))
    LAMINA_BINARY(ShiftRight, T, T, m::shift_right(a, b))
    default:
      return compare_for<T>(op);
  }
}

StepFunction bool_for(ScalarOp op) {
  using T = uint8_t;
  switch (op) {
    LAMINA_BINARY(And, T, T, a & b)
    LAMINA_BINARY(Or, T, T, a | b)
    LAMINA_BINARY(Xor, T, T, a ^ b)
    LAMINA_UNARY(Not, T, T, a ^ 1)
    LAMINA_BINARY(Equal, T, T, a == b)
    default:
      return nullptr;
  }
}

template <class T>
void run_select(const Step& step, std::byte* const* slot, int64_t n) {
  T* to = tile<T>(slot[step.to]);
  const uint8_t* test = tile<uint8_t>(slot[step.from[0]]);
  const T *a = tile<T>(slot[step.from[1]]), *b = tile<T>(slot[step.from[2]]);
  if (!step.stride[0]) {
    const T* from = *test ? a : b;
    const int64_t stride = step.stride[*test ? 1 : 2];
    LAMINA_LOOP to[i] = from[i * stride];
  } else if (step.stride[1] && step.stride[2]) {
    LAMINA_LOOP {
      const T x = a[i], y = b[i];
      to[i] = test[i] ? x : y;
    }
  } else if (step.stride[1]) {
    const T y = *b;
    LAMINA_LOOP {
      const T x = a[i];
      to[i] = test[i] ? x : y;
    }
  } else if (step.stride[2]) {
    const T x = *a;
    LAMINA_LOOP {
      const T y = b[i];
      to[i] = test[i] ? x : y;
    }
  } else {
    const T x = *a, y = *b;
    LAMINA_LOOP to[i] = test[i] ? x : y;
  }
}

template <class T>
void run_copy(const Step& step, std::byte* const* slot, int64_t n) {
  T* to = tile<T>(slot[step.to]);
  const T* from = tile<T>(slot[step.from[0]]);
  if (step.stride[0]) {
    LAMINA_LOOP to[i] = from[i];
  } else {
    const T x = *from;
    LAMINA_LOOP to[i] = x;
  }
}

template <class To, class From>
void run_cast(const Step& step, std::byte* const* slot, int64_t n) {
  if constexpr (std::is_same_v<To, bool>) {
    unary_loop<uint8_t, From>(step, slot, n, [](From a) HWY_ATTR { return a != 0; });
  } else {
    unary_loop<To, From>(step, slot, n, [](From a) HWY_ATTR { return m::cast<To>(a); });
  }
}

template <class From>
StepFunction cast_from(ScalarType to) {
  switch (to) {
    case ScalarType::F32:
      return run_cast<float, From>;
    case ScalarType::F64:
      return run_cast<double, From>;
    case ScalarType::I64:
      return run_cast<int64_t, From>;
    case ScalarType::U64:
      return run_cast<uint64_t, From>;
    case ScalarType::Bool:
      break;
  }
  return run_cast<bool, From>;
}

StepFunction plain_of(ScalarOp op, ScalarType type) {
  switch (type) {
    case ScalarType::F32:
      return float_for<float>(op);
    case ScalarType::F64:
      return float_for<double>(op);
    case ScalarType::I64:
      return integer_for<int64_t>(op);
    case ScalarType::U64:
      return integer_for<uint64_t>(op);
    case ScalarType::Bool:
      break;
  }
  return bool_for(op);
}

StepFunction select_of(ScalarType type) {
  return bytes_of(type) == 1   ? run_select<uint8_t>
         : bytes_of(type) == 4 ? run_select<uint32_t>
                               : run_select<uint64_t>;
}
StepFunction copy_of(ScalarType type) {
  return bytes_of(type) == 1   ? run_copy<uint8_t>
         : bytes_of(type) == 4 ? run_copy<uint32_t>
                               : run_copy<uint64_t>;
}

StepFunction cast_of(ScalarType from, ScalarType to) {
  switch (from) {
    case ScalarType::F32:
      return cast_from<float>(to);
    case ScalarType::F64:
      return cast_from<double>(to);
    case ScalarType::I64:
      return cast_from<int64_t>(to);
    case ScalarType::U64:
      return cast_from<uint64_t>(to);
    case ScalarType::Bool:
      break;
  }
  return cast_from<uint8_t>(to);
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(plain_of);
HWY_EXPORT(select_of);
HWY_EXPORT(copy_of);
HWY_EXPORT(cast_of);
StepFunction plain_step(ScalarOp op, ScalarType type) {
  return HWY_DYNAMIC_DISPATCH(plain_of)(op, type);
}
StepFunction select_step(ScalarType type) { return HWY_DYNAMIC_DISPATCH(select_of)(type); }
StepFunction copy_step(ScalarType type) { return HWY_DYNAMIC_DISPATCH(copy_of)(type); }
StepFunction cast_step(ScalarType from, ScalarType to) {
  return HWY_DYNAMIC_DISPATCH(cast_of)(from, to);
}
}  // namespace lamina::cpu
#endif

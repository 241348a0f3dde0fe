#include "lamina/backends/cpu/small_integers.h"

#include "lamina/backends/cpu/targets.h"
#include "lamina/op/scalar_math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/small_integers.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

// Plain loops, which the compiler vectorises for each instruction set. The result may lie where an
// operand lies: no element depends on an earlier one.
#define LAMINA_LOOP _Pragma("GCC ivdep") for (int64_t i = 0; i < n; ++i)

template <class R, class T, class F>
HWY_INLINE void small_loop(std::byte* out, const std::byte* left, const std::byte* right, int64_t n,
                           int64_t left_step, int64_t right_step, F f) {
  R* to = reinterpret_cast<R*>(out);
  const T *a = reinterpret_cast<const T*>(left), *b = reinterpret_cast<const T*>(right);
  if (left_step && right_step) {
    LAMINA_LOOP to[i] = static_cast<R>(f(a[i], b[i]));
  } else if (left_step) {
    const T y = *b;
    LAMINA_LOOP to[i] = static_cast<R>(f(a[i], y));
  } else if (right_step) {
    const T x = *a;
    LAMINA_LOOP to[i] = static_cast<R>(f(x, b[i]));
  } else {
    const R r = static_cast<R>(f(*a, *b));
    LAMINA_LOOP to[i] = r;
  }
}

// U is T without its sign: unsigned sums and products wrap.
#define LAMINA_CASE(Name, R, expression)                                                    \
  case ScalarOp::Name:                                                                      \
    return [](std::byte* to, const std::byte* a, const std::byte* b, int64_t n, int64_t sa, \
              int64_t sb) HWY_ATTR {                                                        \
      small_loop<R, T>(to, a, b, n, sa, sb,                                                 \
                       [](T x, [[maybe_unused]] T y) HWY_ATTR { return expression; });      \
    };

template <class T>
SmallIntegerFunction function_for(ScalarOp op) {
  using U = std::make_unsigned_t<T>;
  switch (op) {
    LAMINA_CASE(Add, T, static_cast<T>(U(x) + U(y)))
    LAMINA_CASE(Subtract, T, static_cast<T>(U(x) - U(y)))
    LAMINA_CASE(Multiply, T, static_cast<T>(unsigned{U(x)} * unsigned{U(y)}))
    LAMINA_CASE(Negative, T, static_cast<T>(U{0} - U(x)))
    LAMINA_CASE(Absolute, T, (x < 0 ? static_cast<T>(U{0} - U(x)) : x))
    LAMINA_CASE(Minimum, T, (y < x ? y : x))
    LAMINA_CASE(Maximum, T, (x < y ? y : x))
    LAMINA_CASE(And, T, static_cast<T>(x & y))
    LAMINA_CASE(Or, T, static_cast<T>(x | y))
    LAMINA_CASE(Xor, T, static_cast<T>(x ^ y))
    LAMINA_CASE(Not, T, static_cast<T>(~x))
    LAMINA_CASE(Equal, uint8_t, x == y)
    LAMINA_CASE(NotEqual, uint8_t, x != y)
    LAMINA_CASE(Less, uint8_t, x < y)
    LAMINA_CASE(LessEqual, uint8_t, x <= y)
    default:
      return nullptr;
  }
}

SmallIntegerFunction function_of_bool(ScalarOp op) {
  using T = uint8_t;
  switch (op) {
    LAMINA_CASE(And, T, static_cast<T>(x & y))
    LAMINA_CASE(Or, T, static_cast<T>(x | y))
    LAMINA_CASE(Xor, T, static_cast<T>(x ^ y))
    LAMINA_CASE(Not, T, static_cast<T>(x ^ 1))
    LAMINA_CASE(Equal, T, x == y)
    default:
      return nullptr;
  }
}

SmallIntegerFunction function_of(ScalarOp op, DType dtype) {
  switch (dtype) {
    case DType::Bool:
      return function_of_bool(op);
    case DType::Int8:
      return function_for<int8_t>(op);
    case DType::Int16:
      return function_for<int16_t>(op);
    case DType::Int32:
      return function_for<int32_t>(op);
    case DType::UInt8:
      return function_for<uint8_t>(op);
    case DType::UInt16:
      return function_for<uint16_t>(op);
    case DType::UInt32:
      return function_for<uint32_t>(op);
    default:
      return nullptr;
  }
}

template <class To, class From>
void cast_run(std::byte* out, const std::byte* in, const std::byte*, int64_t n, int64_t step,
              int64_t) {
  To* to = reinterpret_cast<To*>(out);
  const From* from = reinterpret_cast<const From*>(in);
  if (step) {
    LAMINA_LOOP to[i] = static_cast<To>(from[i]);
  } else {
    const To value = static_cast<To>(*from);
    LAMINA_LOOP to[i] = value;
  }
}

// Whether numbers are not 0; NaN is not.
template <class From>
void truth_run(std::byte* out, const std::byte* in, const std::byte*, int64_t n, int64_t step,
               int64_t) {
  uint8_t* to = reinterpret_cast<uint8_t*>(out);
  const From* from = reinterpret_cast<const From*>(in);
  if (step) {
    LAMINA_LOOP to[i] = from[i] != 0;
  } else {
    std::fill_n(to, n, static_cast<uint8_t>(*from != 0));
  }
}

// Floats to signed integers: blocks of numbers that fit a register's integers are truncated by
// instructions; others, and NaN, by the definition.
template <class To, class From>
void truncate_run(std::byte* out, const std::byte* in, const std::byte*, int64_t count,
                  int64_t step, int64_t) {
  using Register = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
  constexpr From kLimit = sizeof(To) == 8 ? From(0x1p62) : From(0x1p30);
  constexpr int64_t kBlock = 512;
  To* to = reinterpret_cast<To*>(out);
  const From* from = reinterpret_cast<const From*>(in);
  for (int64_t first = 0; first < count; first += kBlock, to += kBlock, from += kBlock * step) {
    const int64_t n = step == 0 ? 1 : count - first < kBlock ? count - first : kBlock;
    int beyond = 0;
    for (int64_t i = 0; i < n; ++i) beyond |= !(std::abs(from[i]) < kLimit);
    if (beyond) {
      for (int64_t i = 0; i < n; ++i) to[i] = static_cast<To>(scalar_math::cast<int64_t>(from[i]));
    } else {
      LAMINA_LOOP to[i] = static_cast<To>(static_cast<Register>(from[i]));
    }
    if (step == 0) {
      std::fill_n(to, count, to[0]);
      return;
    }
  }
}

template <class From>
SmallIntegerFunction truncate_from(DType to) {
  switch (to) {
    case DType::Bool:
      return truth_run<From>;
    case DType::Int8:
      return truncate_run<int8_t, From>;
    case DType::Int16:
      return truncate_run<int16_t, From>;
    case DType::Int32:
      return truncate_run<int32_t, From>;
    case DType::Int64:
      return truncate_run<int64_t, From>;
    default:
      return nullptr;
  }
}

template <class From>
SmallIntegerFunction cast_from(DType to) {
  switch (to) {
    case DType::Bool:
      return truth_run<From>;
    case DType::Int8:
      return cast_run<int8_t, From>;
    case DType::Int16:
      return cast_run<int16_t, From>;
    case DType::Int32:
      return cast_run<int32_t, From>;
    case DType::Int64:
      return cast_run<int64_t, From>;
    case DType::UInt8:
      return cast_run<uint8_t, From>;
    case DType::UInt16:
      return cast_run<uint16_t, From>;
    case DType::UInt32:
      return cast_run<uint32_t, From>;
    case DType::UInt64:
      return cast_run<uint64_t, From>;
    case DType::Float32:
      return cast_run<float, From>;
    case DType::Float64:
      return cast_run<double, From>;
    default:
      return nullptr;
  }
}

SmallIntegerFunction cast_of(DType from, DType to) {
  switch (from) {
    case DType::Bool:
    case DType::UInt8:
      return cast_from<uint8_t>(to);
    case DType::Int8:
      return cast_from<int8_t>(to);
    case DType::Int16:
      return cast_from<int16_t>(to);
    case DType::UInt16:
      return cast_from<uint16_t>(to);
    case DType::Int32:
      return cast_from<int32_t>(to);
    case DType::UInt32:
      return cast_from<uint32_t>(to);
    case DType::Int64:
      return is_floating(to) ? nullptr : cast_from<int64_t>(to);
    case DType::UInt64:
      return is_floating(to) ? nullptr : cast_from<uint64_t>(to);
    case DType::Float32:
      return to == DType::Float64 ? cast_run<double, float> : truncate_from<float>(to);
    case DType::Float64:
      return to == DType::Float32 ? cast_run<float, double> : truncate_from<double>(to);
    default:
      return nullptr;
  }
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(function_of);
HWY_EXPORT(cast_of);
SmallIntegerFunction small_integer_function(ScalarOp op, DType dtype) {
  return HWY_DYNAMIC_DISPATCH(function_of)(op, dtype);
}
SmallIntegerFunction small_integer_cast(DType from, DType to) {
  return HWY_DYNAMIC_DISPATCH(cast_of)(from, to);
}
}  // namespace lamina::cpu
#endif

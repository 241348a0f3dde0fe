// The arithmetic of scalar programs where C++ has no operator for it, or one that may trap: one definition
// for the interpreter of single elements and for the loops of the CPU backend.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace lamina::scalar_math {

// Integers wrap around: they are added and multiplied as unsigned numbers, for which C++ defines it.
template <class T>
T wrap_add(T a, T b) {
  return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
template <class T>
T wrap_subtract(T a, T b) {
  return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
template <class T>
T wrap_multiply(T a, T b) {
  return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

template <class T>
T remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    T r = std::fmod(a, b);
    if (r == 0) return std::copysign(T{0}, b);  // the divisor's sign, as in Python
    return (r < 0) != (b < 0) ? r + b : r;
  } else {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return 0;  // the smallest integer divided by -1 traps
      T r = a % b;
      return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }
    return a % b;
  }
}

template <class T>
T floor_divide(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    // By way of the exact remainder: a / b may round up to the next whole number.
    // A finite number by an infinite one is 0 with the quotient's sign, as the array API standard
    // has it (NumPy gives -1 where the signs differ).
    if (b == 0 || !std::isfinite(a) || !std::isfinite(b)) return a / b;
    T quotient = (a - remainder(a, b)) / b;
    return quotient == 0 ? std::copysign(T{0}, a / b) : std::nearbyint(quotient);
  } else {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return wrap_subtract(T{0}, a);
      T q = a / b;
      return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
    }
    return a / b;
  }
}

template <class T>
T power(T base, T exponent) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::pow(base, exponent);
  } else {
    if constexpr (std::is_signed_v<T>) {
      if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
    }
    T result = 1;
    for (uint64_t e = static_cast<uint64_t>(exponent); e != 0; e >>= 1) {
      if (e & 1) result = wrap_multiply(result, base);
      base = wrap_multiply(base, base);
    }
    return result;
  }
}

// Counts of 64 and more (and negative ones) shift everything out.
template <class T>
T shift_left(T a, T count) {
  uint64_t n = static_cast<uint64_t>(count);
  return n < 64 ? static_cast<T>(static_cast<uint64_t>(a) << n) : T{0};
}
template <class T>
T shift_right(T a, T count) {
  uint64_t n = static_cast<uint64_t>(count);
  return n < 64 ? a >> n : a < 0 ? static_cast<T>(-1) : T{0};
}

template <class T>
T minimum(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a != a ? a : b != b ? b : b < a ? b : a;
  }
  return b < a ? b : a;
}
template <class T>
T maximum(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a != a ? a : b != b ? b : a < b ? b : a;
  }
  return a < b ? b : a;
}

template <class T>
T sign(T a) {
  if (a > 0) return 1;
  if (a < 0) return static_cast<T>(-1);
  return a == 0 ? T{0} : a;  // NaN
}

// Value conversion: floats to integers truncate and saturate, NaN gives 0; anything to bool tests for
// nonzero; the rest is C++'s.
template <class To, class From>
To cast(From a) {
  if constexpr (std::is_same_v<To, bool>) {
    return a != 0;
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr From low = static_cast<From>(std::numeric_limits<To>::min());
    constexpr From high = std::is_signed_v<To> ? From(0x1p63) : From(0x1p64);
    if (a != a) return 0;
    if (a >= high) return std::numeric_limits<To>::max();
    if (a <= low) return std::numeric_limits<To>::min();
    return static_cast<To>(a);
  } else {
    return static_cast<To>(a);
  }
}

}  // namespace lamina::scalar_math

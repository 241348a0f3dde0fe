// Values as integers of the same order, for kernels that sort and select. NaN is larger than any
// number, all NaNs are equal, and so are the two zeros: NumPy's order.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "lamina/base/half.h"

namespace lamina::cpu {

template <class T>
auto order_key(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return static_cast<uint8_t>(value);
  } else if constexpr (std::is_integral_v<T>) {
    return value;
  } else {
    using I = std::conditional_t<sizeof(T) == 2, int16_t,
                                 std::conditional_t<sizeof(T) == 4, int32_t, int64_t>>;
    constexpr I largest = std::numeric_limits<I>::max();
    constexpr I infinity = std::is_same_v<T, Half>       ? I(0x7c00)
                           : std::is_same_v<T, BFloat16> ? I(0x7f80)
                           : sizeof(T) == 4              ? I(0x7f800000)
                                                         : I(0x7ff0000000000000);
    const I bits = std::bit_cast<I>(value);
    const I magnitude = bits & largest;
    const I ordered = bits < 0 ? static_cast<I>(-magnitude) : bits;
    return magnitude > infinity ? largest : ordered;
  }
}
template <class T>
using OrderKey = decltype(order_key(T{}));

}  // namespace lamina::cpu

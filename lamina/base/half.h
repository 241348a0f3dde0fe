// The two 16-bit float types, as storage: values are computed in float and rounded once on the way
// back, to the nearest value and, halfway between two, to the even one, as the
// hardware does.
//
//   Half      1 sign, 5 exponent, 10 mantissa bits   largest 65504, 3 decimal digits
//   BFloat16  1 sign, 8 exponent,  7 mantissa bits   float's range, 2 decimal digits
//
//   Half h(0.1f);              // 0.0999755859375
//   float f = h;               // exact: every 16-bit value is a float
//
// Kernels convert whole rows with vector instructions; these are their reference.
#pragma once

#include <bit>
#include <cstdint>

namespace lamina {

namespace half_detail {

constexpr uint32_t kFloatInfinity = 0x7f800000u;

constexpr uint16_t half_bits(float value) {
  const uint32_t all = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (all >> 16) & 0x8000u;
  const uint32_t magnitude = all & 0x7fffffffu;
  if (magnitude > kFloatInfinity) {  // NaN stays NaN: quiet, with the upper bits of its payload
    return static_cast<uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
  }
  if (magnitude >= 0x47800000u) return static_cast<uint16_t>(sign | 0x7c00u);  // from 65536 on
  if (magnitude >= 0x38800000u) {  // normal; a carry out of the mantissa raises the exponent
    const uint32_t odd = (magnitude >> 13) & 1u;
    return static_cast<uint16_t>(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
  }
  if (magnitude < 0x33000000u) return static_cast<uint16_t>(sign);  // below 2^-25: zero
  const uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
  const uint32_t shift = 126u - (magnitude >> 23);  // denormal: count in units of 2^-24
  const uint32_t count = mantissa >> shift;
  const uint32_t rest = mantissa & ((1u << shift) - 1u), tie = 1u << (shift - 1u);
  const uint32_t up = rest > tie || (rest == tie && (count & 1u)) ? 1u : 0u;
  return static_cast<uint16_t>(sign | (count + up));
}

constexpr float half_value(uint16_t bits) {
  const uint32_t sign = (bits & 0x8000u) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1fu, mantissa = bits & 0x3ffu;
  if (exponent == 0x1fu) return std::bit_cast<float>(sign | kFloatInfinity | (mantissa << 13));
  if (exponent != 0) {
    return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
  }
  const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(magnitude));
}

constexpr uint16_t bfloat16_bits(float value) {
  const uint32_t all = std::bit_cast<uint32_t>(value);
  // Rounding could carry a NaN's mantissa into infinity, so NaN is cut instead of rounded.
  if ((all & 0x7fffffffu) > kFloatInfinity) return static_cast<uint16_t>((all >> 16) | 0x40u);
  return static_cast<uint16_t>((all + 0x7fffu + ((all >> 16) & 1u)) >> 16);
}

constexpr float bfloat16_value(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

}  // namespace half_detail

struct Half {
  uint16_t bits = 0;

  constexpr Half() = default;
  constexpr explicit Half(float value) : bits(half_detail::half_bits(value)) {}
  constexpr operator float() const { return half_detail::half_value(bits); }
  static constexpr Half from_bits(uint16_t bits) {
    Half result;
    result.bits = bits;
    return result;
  }
};

struct BFloat16 {
  uint16_t bits = 0;

  constexpr BFloat16() = default;
  constexpr explicit BFloat16(float value) : bits(half_detail::bfloat16_bits(value)) {}
  constexpr operator float() const { return half_detail::bfloat16_value(bits); }
  static constexpr BFloat16 from_bits(uint16_t bits) {
    BFloat16 result;
    result.bits = bits;
    return result;
  }
};

static_assert(sizeof(Half) == 2 && sizeof(BFloat16) == 2);

}  // namespace lamina

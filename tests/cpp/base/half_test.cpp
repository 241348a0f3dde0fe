#include "lamina/base/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using lamina::BFloat16;
using lamina::Half;

static_assert(Half(1.0f).bits == 0x3c00 && BFloat16(1.0f).bits == 0x3f80);

// The value from the definition of the format, in double arithmetic.
static double value_of(uint32_t bits, int exponent_bits, int mantissa_bits) {
  const int exponent = static_cast<int>(bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const int mantissa = static_cast<int>(bits & ((1u << mantissa_bits) - 1));
  const int bias = (1 << (exponent_bits - 1)) - 1;
  if (exponent == (1 << exponent_bits) - 1) {
    return mantissa ? std::numeric_limits<double>::quiet_NaN()
                    : std::numeric_limits<double>::infinity();
  }
  const int whole = exponent ? mantissa + (1 << mantissa_bits) : mantissa;
  return std::ldexp(whole, (exponent ? exponent : 1) - bias - mantissa_bits);
}

template <class T>
static void check_all_values(int exponent_bits, int mantissa_bits) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const T value = T::from_bits(static_cast<uint16_t>(bits));
    const float as_float = value;
    const double expected =
        value_of(bits & 0x7fff, exponent_bits, mantissa_bits) * (bits & 0x8000 ? -1 : 1);
    ASSERT_EQ(std::signbit(as_float), bits >= 0x8000) << bits;
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(as_float)) << bits;
      ASSERT_TRUE(std::isnan(static_cast<float>(T(as_float)))) << bits;
      ASSERT_EQ(T(as_float).bits | (1u << (mantissa_bits - 1)), bits | (1u << (mantissa_bits - 1)));
    } else {
      ASSERT_EQ(as_float, expected) << bits;
      ASSERT_EQ(T(as_float).bits, bits);
    }
  }
}

// Between each two neighbours: just below, at and just above the middle.
template <class T>
static void check_all_ties(uint32_t infinity) {
  for (uint32_t low = 0; low < infinity; ++low) {
    const float a = T::from_bits(static_cast<uint16_t>(low));
    // Past the largest value the rounding step continues as if the next value existed.
    const float below = low ? float(T::from_bits(static_cast<uint16_t>(low - 1))) : 0.0f;
    const double b = low + 1 < infinity ? double(T::from_bits(static_cast<uint16_t>(low + 1)))
                                        : 2.0 * a - below;
    const float middle = static_cast<float>((double(a) + b) / 2);
    const uint32_t even = low + (low & 1);
    ASSERT_EQ(T(middle).bits, even) << low;
    ASSERT_EQ(T(-middle).bits, even | 0x8000) << low;
    ASSERT_EQ(T(std::nextafter(middle, 0.0f)).bits, low) << low;
    ASSERT_EQ(T(std::nextafter(middle, INFINITY)).bits, low + 1) << low;
  }
}

TEST(Half, AllValues) { check_all_values<Half>(5, 10); }
TEST(Half, AllTies) { check_all_ties<Half>(0x7c00); }
TEST(BFloat16, AllValues) { check_all_values<BFloat16>(8, 7); }
TEST(BFloat16, AllTies) { check_all_ties<BFloat16>(0x7f80); }

TEST(Half, OverflowsToInfinity) {
  EXPECT_EQ(Half(65504.0f).bits, 0x7bff);
  EXPECT_EQ(Half(65519.0f).bits, 0x7bff);
  EXPECT_EQ(Half(65520.0f).bits, 0x7c00);
  EXPECT_EQ(Half(-1e30f).bits, 0xfc00);
  EXPECT_EQ(BFloat16(std::numeric_limits<float>::max()).bits, 0x7f80);
}

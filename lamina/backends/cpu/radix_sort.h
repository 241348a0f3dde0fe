// Sorting by the digits of unsigned keys, from the last digit to the first: linear, stable, and
// without a branch that depends on the values. What is sorted is a key, or a key with the number
// of its element.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "lamina/base/half.h"

namespace lamina::cpu {

// Values as unsigned numbers of the same order: NaN above all numbers, -0 just below 0. It is the
// value again but for a NaN's payload.
template <class T>
using SortBits =
    std::conditional_t<sizeof(T) == 1, uint8_t,
                       std::conditional_t<sizeof(T) == 2, uint16_t,
                                          std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>>;

template <class T>
SortBits<T> to_sort_bits(T value) {
  using U = SortBits<T>;
  constexpr U sign = U(U{1} << (8 * sizeof(U) - 1));
  if constexpr (std::is_same_v<T, bool>) {
    return value;
  } else if constexpr (std::is_integral_v<T>) {
    return std::is_signed_v<T> ? U(U(value) ^ sign) : U(value);
  } else {
    const U bits = std::bit_cast<U>(value);
    const bool negative = (bits & sign) != 0;
    const U ordered = negative ? U(~bits) : U(bits | sign);
    using Number = std::conditional_t<std::is_floating_point_v<T>, T, float>;
    const auto number = static_cast<Number>(value);
    return number != number ? std::numeric_limits<U>::max() : ordered;
  }
}

template <class T>
T from_sort_bits(SortBits<T> bits) {
  using U = SortBits<T>;
  constexpr U sign = U(U{1} << (8 * sizeof(U) - 1));
  if constexpr (std::is_same_v<T, bool>) {
    return bits != 0;
  } else if constexpr (std::is_integral_v<T>) {
    return std::is_signed_v<T> ? static_cast<T>(U(bits ^ sign)) : static_cast<T>(bits);
  } else {
    return std::bit_cast<T>((bits & sign) != 0 ? U(bits ^ sign) : U(~bits));
  }
}

template <class Key>
struct Numbered {
  using Digits = Key;
  Key key;
  uint32_t number;
};
template <class Key>
Key key_of(Key key) {
  return key;
}
template <class Key>
Key key_of(const Numbered<Key>& element) {
  return element.key;
}

inline constexpr int64_t kInsertion = 40;      // shorter lines are sorted by insertion
inline constexpr int64_t kWideDigits = 16384;  // longer ones by 11 bits at a time

// The least key and the bits of the distance from it to the largest: the digits that matter.
template <class E>
auto key_range(const E* elements, int64_t n) {
  using Key = decltype(key_of(*elements));
  struct Range {
    Key least;
    int bits;
  };
  Key least = key_of(elements[0]), most = least;
  for (int64_t i = 1; i < n; ++i) {
    least = std::min(least, key_of(elements[i])), most = std::max(most, key_of(elements[i]));
  }
  return Range{least, static_cast<int>(std::bit_width(static_cast<Key>(most - least)))};
}

template <class E, int kBits>
bool radix_passes(E* from, E* other, int64_t n) {
  using Key = decltype(key_of(*from));
  constexpr int kKeyBits = 8 * sizeof(Key), kMostPasses = (kKeyBits + kBits - 1) / kBits;
  constexpr int64_t kDigits = int64_t{1} << kBits;
  const auto range = key_range(from, n);
  const int passes = (range.bits + kBits - 1) / kBits;
  auto above = [&](const E& e) { return static_cast<Key>(key_of(e) - range.least); };
  uint32_t count[kMostPasses][kDigits] = {};
  for (int64_t i = 0; i < n; ++i) {
    const Key key = above(from[i]);
    for (int pass = 0; pass < passes; ++pass)
      ++count[pass][(key >> (pass * kBits)) & (kDigits - 1)];
  }
  bool swapped = false;
  for (int pass = 0; pass < passes; ++pass) {
    uint32_t* place = count[pass];
    const int shift = pass * kBits;
    if (place[(above(from[0]) >> shift) & (kDigits - 1)] == static_cast<uint32_t>(n)) continue;
    uint32_t sum = 0;
    for (int64_t digit = 0; digit < kDigits; ++digit) {
      const uint32_t here = place[digit];
      place[digit] = sum;
      sum += here;
    }
    for (int64_t i = 0; i < n; ++i)
      other[place[(above(from[i]) >> shift) & (kDigits - 1)]++] = from[i];
    std::swap(from, other);
    swapped = !swapped;
  }
  return swapped;
}

// Sorts n < 2^32 elements; `other` has room for as many. Returns where they are.
template <class E>
E* radix_sort(E* elements, E* other, int64_t n) {
  if (n <= kInsertion) {
    for (int64_t i = 1; i < n; ++i) {
      const E moved = elements[i];
      int64_t k = i;
      for (; k > 0 && key_of(moved) < key_of(elements[k - 1]); --k) elements[k] = elements[k - 1];
      elements[k] = moved;
    }
    return elements;
  }
  using Key = decltype(key_of(*elements));
  bool swapped = false;
  if constexpr (sizeof(Key) >= 4) {
    swapped = n > kWideDigits ? radix_passes<E, 11>(elements, other, n)
                              : radix_passes<E, 8>(elements, other, n);
  } else {
    swapped = radix_passes<E, 8>(elements, other, n);
  }
  return swapped ? other : elements;
}

// Elements first .. last of the sorted union of a and b, those of a first among equals: any
// stretch of the result can be made without the others.
template <class E>
void merge_stretch(const E* a, int64_t a_size, const E* b, int64_t b_size, int64_t first,
                   int64_t last, E* to) {
  // The least number of elements of a among the first ones.
  int64_t low = std::max<int64_t>(0, first - b_size), high = std::min(first, a_size);
  while (low < high) {
    const int64_t i = (low + high) / 2;
    if (key_of(b[first - i - 1]) < key_of(a[i])) {
      high = i;
    } else {
      low = i + 1;
    }
  }
  int64_t i = low, j = first - low;
  for (int64_t k = first; k < last; ++k) {
    const bool take_b = i == a_size || (j < b_size && key_of(b[j]) < key_of(a[i]));
    to[k] = take_b ? b[j] : a[i];
    j += take_b, i += !take_b;
  }
}

}  // namespace lamina::cpu

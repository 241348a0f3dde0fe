// Small things on bytes that the readers share: numbers in little-endian order, and arithmetic on
// sizes that a file claims, which must not be trusted not to overflow.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

static_assert(std::endian::native == std::endian::little, "file data is used in place");

using Bytes = std::span<const std::byte>;

inline Bytes as_bytes(std::string_view s) {
  return {reinterpret_cast<const std::byte*>(s.data()), s.size()};
}
inline std::string_view as_text(Bytes b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

// The caller has checked that offset + sizeof(T) is within the bytes.
template <class T>
T load(Bytes bytes, uint64_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

template <class T>
void store(std::vector<std::byte>& out, T value) {
  const auto raw = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  out.insert(out.end(), raw.begin(), raw.end());
}

// Eight digits, as checksums are shown.
inline std::string hex(uint32_t value) {
  std::string digits;
  for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[value >> shift & 15];
  return digits;
}

inline std::optional<uint64_t> checked_multiply(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// The bytes of an array; nullopt when an axis is negative or the product exceeds what int64_t
// counts, also where a zero among the axes would hide it.
inline std::optional<uint64_t> byte_count(std::span<const int64_t> shape, uint64_t element_size) {
  uint64_t total = element_size;
  bool empty = false;
  for (int64_t axis : shape) {
    if (axis < 0) return std::nullopt;
    empty = empty || axis == 0;
    const auto next = checked_multiply(total, axis == 0 ? 1 : static_cast<uint64_t>(axis));
    if (!next || *next > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
    total = *next;
  }
  return empty ? 0 : total;
}

}  // namespace lamina::io

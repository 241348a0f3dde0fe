// UTF-8, checked: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lamina::io {

// The length in bytes of the valid sequence at the start of s, or 0.
inline size_t utf8_length(std::string_view s) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u;
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  if (s.empty()) return 0;
  const uint32_t b0 = byte(0), b1 = byte(1);
  if (b0 < 0x80) return 1;
  if (b0 >= 0xc2 && b0 <= 0xdf) return tail(1) ? 2 : 0;
  if (b0 >= 0xe0 && b0 <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    return (b0 == 0xe0 && b1 < 0xa0) || (b0 == 0xed && b1 > 0x9f) ? 0 : 3;
  }
  if (b0 >= 0xf0 && b0 <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    return (b0 == 0xf0 && b1 < 0x90) || (b0 == 0xf4 && b1 > 0x8f) ? 0 : 4;
  }
  return 0;
}

inline void append_utf8(std::string& out, uint32_t code) {
  const auto put = [&out](uint32_t b) { out += static_cast<char>(b); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
  }
}

}  // namespace lamina::io

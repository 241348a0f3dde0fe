// text(a, b, ...): one string from strings, characters and numbers. Error messages are built with it,
// so it must be light to include: no streams, no format library.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace lamina {

// The shortest decimal form that reads back as the same number; "nan", "inf", "-inf" otherwise.
inline std::string number(double value) {
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

inline void append(std::string& out, std::string_view s) { out += s; }
inline void append(std::string& out, const char* s) { out += s; }
inline void append(std::string& out, const std::string& s) { out += s; }
inline void append(std::string& out, char c) { out += c; }
inline void append(std::string& out, bool b) { out += b ? "true" : "false"; }
template <class T>
  requires(std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>)
void append(std::string& out, T value) {
  out += std::to_string(value);
}
template <std::floating_point T>
void append(std::string& out, T value) {
  out += number(static_cast<double>(value));
}

// Anything else that a header above gives an append() for (Shape, DType, ..) is found by its namespace.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::string out;
  (append(out, parts), ...);
  return out;
}

// "[1, 2, 3]"
template <class Range>
std::string list_text(const Range& items, std::string_view open = "[", std::string_view close = "]") {
  std::string out(open);
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ", ";
    first = false;
    append(out, item);
  }
  out += close;
  return out;
}

}  // namespace lamina

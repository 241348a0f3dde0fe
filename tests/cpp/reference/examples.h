// What the examples of the reference print, in Python's spelling.
#pragma once

#include <gtest/gtest.h>
#include <lamina/lamina.h>

#include <cmath>
#include <optional>
#include <sstream>
#include <string>

namespace lm = lamina;

// Spaces apart, and with one kind of brackets: "(4,3)", "[4, 3]" -> "[4,3]".
inline std::string wanted(std::string text) {
  std::string out;
  for (char c : text) {
    if (c == '(') c = '[';
    if (c == ')') c = ']';
    if (c != ' ' && c != '\n' && c != '\'') out += c;
  }
  if (out.ends_with(",]")) out.erase(out.size() - 2, 1);  // of a tuple of one
  return out;
}

// A path of the running example's own.
inline std::string temporary_file() {
  return testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name();
}

inline std::string shown(lm::DType value) { return lm::name(value); }
inline std::string shown(bool value) { return value ? "True" : "False"; }

template <class T>
std::string shown(const T& value) {
  std::ostringstream out;
  if constexpr (requires { out << value; }) {
    out << value;
  } else if constexpr (requires { value.size(); }) {
    out << '[';
    const char* between = "";
    for (const auto& item : value) out << std::exchange(between, ",") << shown(item);
    out << ']';
  } else {
    const auto& [first, second] = value;
    out << '[' << shown(first) << ',' << shown(second) << ']';
  }
  return wanted(out.str());
}

template <class A, class B, class... More>
std::string shown(const A& a, const B& b, const More&... more) {
  if constexpr (sizeof...(More) == 0)
    return shown(a) + shown(b);
  else
    return shown(a) + shown(b, more...);
}

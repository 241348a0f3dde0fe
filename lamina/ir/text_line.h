// Internal to the text form: one line of it, read from left to right.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/io/errors.h"

namespace lamina {

class TextLine {
 public:
  TextLine(std::string_view line, std::string_view source, size_t number)
      : line_(line), rest_(line), source_(source), number_(number) {}

  // Spaces before a token do not matter.
  bool at_end() { return skip().empty(); }
  bool take(std::string_view token) {
    if (!skip().starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) fail(text("'", token, "'"));
  }

  std::string_view word() {  // letters, digits, '_'
    skip();
    size_t n = 0;
    while (n < rest_.size() && is_word(rest_[n])) ++n;
    if (n == 0) fail("a name");
    return cut(n);
  }
  int64_t integer() {
    skip();
    int64_t value = 0;
    auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) fail("an integer");
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  double real() {
    skip();
    double value = 0;
    auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) fail("a number");
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  std::string quoted() {
    expect("\"");
    std::string out;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) break;
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) fail("a closing quote");
    rest_.remove_prefix(1);
    return out;
  }
  // What stands between braces, quotes and inner braces included.
  bool at_braces() { return skip().starts_with("{"); }
  std::string_view braces() {
    expect("{");
    int depth = 1;
    bool quoted = false;
    for (size_t n = 0; n < rest_.size(); ++n) {
      const char c = rest_[n];
      if (quoted && c == '\\') {
        ++n;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '{') {
        ++depth;
      } else if (!quoted && c == '}' && --depth == 0) {
        const std::string_view inner = cut(n);
        expect("}");
        return inner;
      }
    }
    fail("a closing brace");
  }
  // The value of an attribute: a list in brackets, or all up to the next comma or parenthesis.
  std::string_view attribute() {
    skip();
    size_t n = rest_.starts_with("[") ? rest_.find(']') : rest_.find_first_of(",)");
    if (n == std::string_view::npos) fail("a value");
    return cut(rest_.starts_with("[") ? n + 1 : n);
  }

  [[noreturn]] void fail(std::string_view expected) const {
    std::string_view got = rest_;
    while (got.starts_with(' ')) got.remove_prefix(1);
    fail(expected, got.empty() ? "the end of the line" : io::quoted(got));
  }
  [[noreturn]] void fail(std::string_view expected, std::string_view got) const {
    FileError error(text(source_, ": graph, line ", number_, ": expected ", expected, ", got ", got));
    error.detail("file", std::string(source_)).detail("line", io::quoted(line_));
    throw error.help("the file is damaged, or was written by a newer version of Lamina");
  }

 private:
  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  std::string_view skip() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    return rest_;
  }
  std::string_view cut(size_t n) {
    const std::string_view head = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return head;
  }

  std::string_view line_, rest_, source_;
  size_t number_;
};

}  // namespace lamina

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/json.h"
#include "lamina/io/utf8.h"

namespace lamina::io {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// Recursive descent; the depth limit bounds the recursion.
class Parser {
 public:
  Parser(std::string_view text, std::string_view source, const JsonLimits& limits)
      : text_(text), source_(source), limits_(limits) {}

  Json parse() {
    if (text_.size() > limits_.bytes) {
      throw FileError(lamina::text(source_, ": expected at most ", limits_.bytes,
                                   " bytes of JSON, got ", text_.size()))
          .detail("file", std::string(source_));
    }
    Json result = value(0);
    skip_space();
    if (at_ < text_.size()) fail(at_, "the end of the text");
    return result;
  }

 private:
  [[noreturn]] void fail(size_t offset, std::string expected) const {
    const auto before = text_.substr(0, offset);
    const size_t newline = before.rfind('\n');
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t column = newline == std::string_view::npos ? offset + 1 : offset - newline;
    std::string got = "the end of the text";
    if (offset < text_.size()) got = quoted(text_.substr(offset, 12));
    throw bad_file(source_, offset, "JSON", std::move(got), std::move(expected),
                   lamina::text("look at line ", line, ", column ", column,
                                "; the file may be truncated or damaged"));
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' ||
                                  text_[at_] == '\t')) {
      ++at_;
    }
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Json value(int depth) {
    skip_space();
    if (++values_ > limits_.values) {
      fail(at_, lamina::text("at most ", limits_.values, " values"));
    }
    switch (peek()) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return string();
      case 't': return word("true", true);
      case 'f': return word("false", false);
      case 'n': return word("null", nullptr);
      default: return number();
    }
  }

  Json word(std::string_view name, Json result) {
    if (text_.substr(at_, name.size()) != name) fail(at_, "a JSON value");
    at_ += name.size();
    return result;
  }

  void check_depth(int depth) const {
    if (depth >= limits_.depth) {
      fail(at_, lamina::text("at most ", limits_.depth, " nested arrays and objects"));
    }
  }

  Json array(int depth) {
    check_depth(depth);
    ++at_;
    Json::Array items;
    skip_space();
    if (accept(']')) return items;
    for (;;) {
      items.push_back(value(depth + 1));
      skip_space();
      if (accept(']')) return items;
      if (!accept(',')) fail(at_, "',' or ']'");
    }
  }

  Json object(int depth) {
    check_depth(depth);
    const size_t start = at_++;
    Json::Object members;
    skip_space();
    if (accept('}')) return members;
    for (;;) {
      skip_space();
      if (peek() != '"') fail(at_, "a key in quotes");
      std::string key = string();
      skip_space();
      if (!accept(':')) fail(at_, "':'");
      Json member = value(depth + 1);
      members.emplace_back(std::move(key), std::move(member));
      skip_space();
      if (accept('}')) break;
      if (!accept(',')) fail(at_, "',' or '}'");
    }
    check_unique(members, start);
    return members;
  }

  // Two readers that each take another one of two equal keys see two different files.
  void check_unique(const Json::Object& members, size_t offset) const {
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const auto& member : members) keys.push_back(member.first);
    std::sort(keys.begin(), keys.end());
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice != keys.end()) {
      fail(offset, lamina::text("an object with each key once; it has ", quoted(*twice), " twice"));
    }
  }

  uint32_t four_hex_digits() {
    uint32_t code = 0;
    const char* begin = text_.data() + at_;
    const char* end = begin + std::min<size_t>(4, text_.size() - at_);
    auto [stop, error] = std::from_chars(begin, end, code, 16);
    if (error != std::errc() || stop != begin + 4) fail(at_, "four hexadecimal digits");
    at_ += 4;
    return code;
  }

  void escape(std::string& out) {
    const size_t start = at_ - 1;
    const char c = peek();
    ++at_;
    switch (c) {
      case '"': out += '"'; return;
      case '\\': out += '\\'; return;
      case '/': out += '/'; return;
      case 'b': out += '\b'; return;
      case 'f': out += '\f'; return;
      case 'n': out += '\n'; return;
      case 'r': out += '\r'; return;
      case 't': out += '\t'; return;
      case 'u': break;
      default: fail(start, "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    }
    uint32_t code = four_hex_digits();
    if (code >= 0xd800 && code <= 0xdbff && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const uint32_t low = four_hex_digits();
      if (low < 0xdc00 || low > 0xdfff) fail(start, "a pair of surrogates");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code >= 0xd800 && code <= 0xdfff) fail(start, "a pair of surrogates");
    append_utf8(out, code);
  }

  std::string string() {
    ++at_;
    std::string out;
    for (;;) {
      if (at_ >= text_.size()) fail(at_, "'\"'");
      if (accept('"')) return out;
      if (accept('\\')) {
        escape(out);
        continue;
      }
      const size_t length = utf8_length(text_.substr(at_, 4));
      if (length == 0) fail(at_, "valid UTF-8");
      if (static_cast<unsigned char>(text_[at_]) < 0x20) fail(at_, "control characters as escapes");
      out += text_.substr(at_, length);
      at_ += length;
    }
  }

  Json number() {
    const size_t start = at_;
    bool whole = true;
    const auto digits = [this] {
      const size_t first = at_;
      while (digit(peek())) ++at_;
      return at_ > first;
    };
    accept('-');
    const bool zero = peek() == '0';
    const size_t first = at_;
    if (!digits()) fail(start, "a JSON value");
    if (zero && at_ > first + 1) fail(start, "a number without leading zeros");
    if (accept('.')) {
      whole = false;
      if (!digits()) fail(at_, "a digit");
    }
    if (accept('e') || accept('E')) {
      whole = false;
      if (!accept('+')) accept('-');
      if (!digits()) fail(at_, "a digit");
    }
    const char *begin = text_.data() + start, *end = text_.data() + at_;
    if (int64_t integer = 0; whole) {
      const bool minus_zero = end - begin == 2 && *begin == '-' && zero;
      if (!minus_zero && std::from_chars(begin, end, integer).ec == std::errc()) return integer;
    }
    double real = 0;
    if (std::from_chars(begin, end, real).ec == std::errc()) return real;
    // Out of range: too small is zero, as for any other reader; too large has no value.
    real = std::strtod(std::string(begin, end).c_str(), nullptr);
    if (!std::isfinite(real)) fail(start, "a number within the range of a double");
    return real;
  }

  std::string_view text_, source_;
  const JsonLimits& limits_;
  size_t at_ = 0;
  uint64_t values_ = 0;
};

}  // namespace

Json parse_json(std::string_view text, std::string_view source, JsonLimits limits) {
  return Parser(text, source, limits).parse();
}

Json parse_json(std::span<const std::byte> bytes, std::string_view source, JsonLimits limits) {
  return parse_json(as_text(bytes), source, limits);
}

}  // namespace lamina::io

// JSON values, read strictly and written back in the same order.
//
//   Json config = parse_json(file.bytes(), "config.json");
//   int64_t layers = config.at("layers").as_integer();
//
//   Json object;
//   object.set("name", "digits").set("sizes", Json::Array{64, 10}).set("rate", 0.1);
//   object.dump();                  // {"name":"digits","sizes":[64,10],"rate":0.1}
//
// Strict: one value per text, no comments, no trailing commas, valid UTF-8, no key twice in an
// object. A number without fraction and exponent that fits in int64_t is an integer, any other is a
// double.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lamina::io {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // in the order written

  Json() = default;  // null
  Json(std::nullptr_t) {}
  template <std::same_as<bool> B>
  Json(B value) : value_(value) {}
  template <std::integral I>
    requires(!std::same_as<I, bool> && (std::signed_integral<I> || sizeof(I) < 8))
  Json(I value) : value_(static_cast<int64_t>(value)) {}
  template <std::floating_point F>
  Json(F value) : value_(static_cast<double>(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  bool is_null() const { return value_.index() == 0; }
  bool is_bool() const { return value_.index() == 1; }
  bool is_integer() const { return value_.index() == 2; }
  bool is_number() const { return value_.index() == 2 || value_.index() == 3; }
  bool is_string() const { return value_.index() == 4; }
  bool is_array() const { return value_.index() == 5; }
  bool is_object() const { return value_.index() == 6; }
  const char* kind() const;  // "null", "bool", "integer", "number", "string", "array", "object"

  // A value of another kind is a ValueError that says what came.
  bool as_bool() const;
  int64_t as_integer() const;
  double as_double() const;  // an integer too
  const std::string& as_string() const;
  const Array& as_array() const;
  const Object& as_object() const;

  const Json* find(std::string_view key) const;  // or nullptr; looks at each member in turn
  const Json& at(std::string_view key) const;    // KeyError that lists the keys there are
  Json& set(std::string_view key, Json value);   // replaces or appends; makes an object out of null
  Json& push_back(Json value);                   // makes an array out of null

  // One line without indent, or readable lines. Numbers in the shortest form that reads back the
  // same; NaN and infinity, which JSON cannot say, are a ValueError.
  std::string dump(int indent = 0) const;

  friend bool operator==(const Json& a, const Json& b) = default;

 private:
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> value_;
};

struct JsonLimits {
  uint64_t bytes = uint64_t{64} << 20;
  uint64_t values = uint64_t{1} << 22;  // a value takes 40 bytes of memory but only 2 in the text
  int depth = 64;
};

// FileError names the source, the offset and what was expected there.
Json parse_json(std::span<const std::byte> bytes, std::string_view source, JsonLimits limits = {});
Json parse_json(std::string_view text, std::string_view source, JsonLimits limits = {});

}  // namespace lamina::io

#include "lamina/io/json.h"

#include <array>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::io {

namespace {

constexpr std::array<const char*, 7> kKinds = {"null",   "bool",  "integer", "number",
                                               "string", "array", "object"};

template <class T, class Variant>
auto& get(Variant& value, const char* expected, const Json& self) {
  if (auto* found = std::get_if<T>(&value)) return *found;
  throw ValueError(text("json: expected ", expected, ", got ", self.kind()));
}

}  // namespace

const char* Json::kind() const { return kKinds[value_.index()]; }

bool Json::as_bool() const { return get<bool>(value_, "a bool", *this); }
int64_t Json::as_integer() const { return get<int64_t>(value_, "an integer", *this); }
double Json::as_double() const {
  if (is_integer()) return static_cast<double>(as_integer());
  return get<double>(value_, "a number", *this);
}
const std::string& Json::as_string() const { return get<std::string>(value_, "a string", *this); }
const Json::Array& Json::as_array() const { return get<Array>(value_, "an array", *this); }
const Json::Object& Json::as_object() const { return get<Object>(value_, "an object", *this); }

const Json* Json::find(std::string_view key) const {
  for (const Member& member : as_object()) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  if (const Json* found = find(key)) return *found;
  std::vector<std::string> keys;
  for (const Member& member : as_object()) {
    if (keys.size() == 20) {
      keys.push_back("..");
      break;
    }
    keys.push_back(member.first);
  }
  throw KeyError(text("json: no key \"", key, "\"")).detail("keys", list_text(keys));
}

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object();
  Object& members = get<Object>(value_, "an object", *this);
  for (Member& member : members) {
    if (member.first == key) {
      member.second = std::move(value);
      return *this;
    }
  }
  members.emplace_back(std::string(key), std::move(value));
  return *this;
}

Json& Json::push_back(Json value) {
  if (is_null()) value_ = Array();
  get<Array>(value_, "an array", *this).push_back(std::move(value));
  return *this;
}

}  // namespace lamina::io

#include "lamina/ir/attributes.h"

#include <charconv>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina {
namespace {

struct Printer final : FieldVisitor {
  std::string out;
  template <class T>
  void print(const char* name, const T& value) {
    if (!out.empty()) out += ", ";
    out += name;
    out += '=';
    append(out, value);
  }
  void operator()(const char* name, int64_t& value) override { print(name, value); }
  void operator()(const char* name, bool& value) override { print(name, value); }
  void operator()(const char* name, IntList& value) override { print(name, value); }
  void operator()(const char* name, DType& value) override { print(name, value); }
};

struct Setter final : FieldVisitor {
  std::string_view wanted, value;
  bool found = false;
  std::vector<std::string> names;

  bool matches(const char* name) {
    names.emplace_back(name);
    if (wanted != name) return false;
    return found = true;
  }
  [[noreturn]] void fail(const char* expected) const {
    throw ValueError(text("attribute ", wanted, ": expected ", expected, ", got '", value, "'"));
  }
  int64_t integer(std::string_view s) const {
    int64_t result = 0;
    auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), result);
    if (error != std::errc() || end != s.data() + s.size()) fail("an integer");
    return result;
  }
  void operator()(const char* name, int64_t& field) override {
    if (matches(name)) field = integer(value);
  }
  void operator()(const char* name, bool& field) override {
    if (!matches(name)) return;
    if (value != "true" && value != "false") fail("true or false");
    field = value == "true";
  }
  void operator()(const char* name, DType& field) override {
    if (matches(name)) field = dtype_from_name(value);
  }
  void operator()(const char* name, IntList& field) override {
    if (!matches(name)) return;
    if (value.size() < 2 || value.front() != '[' || value.back() != ']') fail("a list like [1, 2]");
    std::string_view rest = value.substr(1, value.size() - 2);
    field.clear();
    while (!rest.empty()) {
      size_t comma = rest.find(',');
      std::string_view item = rest.substr(0, comma);
      while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
      field.push_back(integer(item));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
};

}  // namespace

std::string attributes_text(const AttributesBase* attributes) {
  if (!attributes) return {};
  Printer printer;
  const_cast<AttributesBase*>(attributes)->visit(printer);
  return std::move(printer.out);
}

void set_field(AttributesBase& attributes, std::string_view name, std::string_view value) {
  Setter setter;
  setter.wanted = name;
  setter.value = value;
  attributes.visit(setter);
  if (!setter.found) {
    throw KeyError(text("no attribute '", name, "'"))
        .help(text("one of ", list_text(setter.names)));
  }
}

}  // namespace lamina

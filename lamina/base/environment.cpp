#include "lamina/base/environment.h"

#include <charconv>
#include <cstdlib>
#include <map>
#include <mutex>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::environment {

namespace {

struct Cache {
  std::mutex mutex;
  std::map<std::string, std::string, std::less<>> values;
};

Cache& cache() {
  static Cache instance;
  return instance;
}

std::string value_of(std::string_view name) {
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  auto found = c.values.find(name);
  if (found == c.values.end()) {
    std::string key(name);
    const char* value = std::getenv(key.c_str());
    found = c.values.emplace(std::move(key), value ? value : "").first;
  }
  return found->second;
}

[[noreturn]] void refuse(std::string_view name, const std::string& value, std::string expected) {
  throw ValueError(text("environment variable ", name, ": expected ", expected, ", got \"", value,
                        "\""))
      .help(text("set ", name, " to ", expected, ", or unset it"));
}

}  // namespace

bool flag(std::string_view name, bool fallback) {
  const std::string value = value_of(name);
  if (value.empty()) return fallback;
  std::string lower;
  for (char c : value) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (lower == "1" || lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "0" || lower == "false" || lower == "no" || lower == "off") return false;
  refuse(name, value, "1 or 0");
}

int64_t integer(std::string_view name, int64_t fallback, int64_t minimum, int64_t maximum) {
  const std::string value = value_of(name);
  if (value.empty()) return fallback;
  int64_t result = 0;
  const char* end = value.data() + value.size();
  auto [stop, code] = std::from_chars(value.data(), end, result);
  if (code == std::errc() && stop == end && result >= minimum && result <= maximum) return result;
  const bool bounded = minimum != std::numeric_limits<int64_t>::min() ||
                       maximum != std::numeric_limits<int64_t>::max();
  refuse(name, value,
         bounded ? text("an integer from ", minimum, " to ", maximum) : text("an integer"));
}

std::string string(std::string_view name, std::string_view fallback) {
  std::string value = value_of(name);
  return value.empty() ? std::string(fallback) : value;
}

void forget() {
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  c.values.clear();
}

}  // namespace lamina::environment

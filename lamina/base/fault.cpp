#include "lamina/base/fault.h"

#ifdef LAMINA_FAULT_INJECTION

#include <map>
#include <mutex>
#include <string>

namespace lamina::fault {

namespace {

struct State {
  std::mutex mutex;
  std::string armed_name;
  int64_t remaining = kCountOnly;  // hits of armed_name until the fault; negative: never
  std::map<std::string, int64_t, std::less<>> hits;
};

State& state() {
  static State instance;
  return instance;
}

}  // namespace

namespace detail {

std::atomic<bool> armed{false};

bool hit(std::string_view name) {
  State& s = state();
  std::lock_guard lock(s.mutex);
  auto found = s.hits.find(name);
  if (found == s.hits.end()) found = s.hits.emplace(std::string(name), 0).first;
  ++found->second;
  return name == s.armed_name && s.remaining >= 0 && s.remaining-- == 0;
}

}  // namespace detail

void arm(std::string_view name, int64_t k) {
  State& s = state();
  std::lock_guard lock(s.mutex);
  s.armed_name = name;
  s.remaining = k;
  s.hits.clear();
  detail::armed.store(true, std::memory_order_relaxed);
}

void disarm() { detail::armed.store(false, std::memory_order_relaxed); }

int64_t hits(std::string_view name) {
  State& s = state();
  std::lock_guard lock(s.mutex);
  auto found = s.hits.find(name);
  return found == s.hits.end() ? 0 : found->second;
}

}  // namespace lamina::fault

#endif

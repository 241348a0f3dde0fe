// Faults on demand, for tests. Code that can fail for reasons of the machine asks at that place:
//
//   if (fault::point("allocate")) return nullptr;      // as if the system had refused
//
// and a test makes exactly one of those places fail, or finds out how many there are:
//
//   fault::arm("allocate", fault::kCountOnly);
//   train_step();
//   for (int64_t k = 0, n = fault::hits("allocate"); k < n; ++k) {
//     fault::arm("allocate", k);                       // the k-th from now on, once
//     EXPECT_THROW(train_step(), OutOfMemory);
//   }
//   fault::disarm();
//
// Without LAMINA_FAULT_INJECTION point() is the constant false and leaves no code. All translation
// units of one program must agree on that macro.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace lamina::fault {

inline constexpr int64_t kCountOnly = -1;

#ifdef LAMINA_FAULT_INJECTION
inline constexpr bool kEnabled = true;

void arm(std::string_view name, int64_t k);  // the k-th hit (0-based) from now on fails, once
void disarm();
int64_t hits(std::string_view name);         // since the last arm(); counted for any name

namespace detail {
extern std::atomic<bool> armed;
bool hit(std::string_view name);
}  // namespace detail

inline bool point(std::string_view name) {
  return detail::armed.load(std::memory_order_relaxed) && detail::hit(name);
}
#else
inline constexpr bool kEnabled = false;

inline void arm(std::string_view, int64_t) {}
inline void disarm() {}
inline int64_t hits(std::string_view) { return 0; }
constexpr bool point(std::string_view) { return false; }
#endif

// Disarms at the end of a scope, also when a test's assertion leaves it early.
struct Guard {
  Guard(std::string_view name, int64_t k) { arm(name, k); }
  ~Guard() { disarm(); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
};

}  // namespace lamina::fault

// The profile: what ran, how often, how long, in which tier; and how many programs were made. In
// Python: `with lm.profile() as p: ..; print(p)`.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace lamina {

struct Instruction;

// Counted always; the profiler of a scope reports the difference.
struct ExecutionCounters {
  int64_t evaluations = 0;   // programs run
  int64_t new_programs = 0;  // cache misses
  int64_t compiled = 0;      // programs made by tier 1
  int64_t fallbacks = 0;     // instructions prepared with a reference kernel
  int64_t cached_programs = 0;
  int64_t cached_bytes = 0;
};
ExecutionCounters execution_counters();
void count_evaluation();
void count_new_program();
void count_compiled();
void count_fallback();

// The key of the last cache miss beside the nearest cached one: which part differed.
std::string last_miss();
void set_last_miss(std::string description);

class Profiler {
 public:
  Profiler();  // starts measuring, on every thread
  ~Profiler();
  Profiler(const Profiler&) = delete;

  void add(const Instruction& instruction, int tier, double seconds);
  ExecutionCounters counters() const;  // since the start
  double seconds() const;              // in kernels
  std::string to_string() const;       // a table by kernel and module, the longest first

 private:
  struct Row {
    int64_t runs = 0;
    double seconds = 0, flops = 0, bytes = 0;
    int tier = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Row> rows_;
  ExecutionCounters start_;
  Profiler* before_;
};

Profiler* active_profiler();

}  // namespace lamina

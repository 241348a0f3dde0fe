// The profile: what ran, how often, how long, in which tier; and how many programs were made. In
// Python: `with lm.profile() as p: ..; print(p); p.save("trace.json")`.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lamina/exec/compile_times.h"

namespace lamina {

struct Instruction;
class Program;

// Counted always; the profiler of a scope reports the difference.
struct ExecutionCounters {
  int64_t evaluations = 0;   // programs run
  int64_t new_programs = 0;  // cache misses
  int64_t compiled = 0;      // programs made by tier 1
  int64_t compiled_nodes = 0;  // recorded operations that these were made of
  int64_t fallbacks = 0;     // instructions prepared with a reference kernel
  int64_t early_reads = 0;   // losses read before backward: each costs one forward pass more
  int64_t cached_programs = 0;
  int64_t cached_bytes = 0;
  double compile_seconds = 0;  // that making programs has taken: exec/compile_times.h says for what
};
ExecutionCounters execution_counters();
void count_evaluation();
void count_new_program();
void count_compiled(size_t nodes);
void count_fallback();
void count_early_read();

// The key of the last cache miss beside the nearest cached one: which part differed.
std::string last_miss();
void set_last_miss(std::string description);

// What one kernel did for one layer.
struct ProfileRow {
  std::string layer;   // the module's path; empty outside of modules
  std::string kernel;  // "onednn.convolution"
  std::string what;    // "convolution float32 [16, 64, 56, 56]"
  int tier = 0;
  std::string why;  // .. it ran in that tier
  int64_t runs = 0;
  double seconds = 0, flops = 0, bytes = 0;
};

class Profiler {
 public:
  Profiler();  // starts measuring, on every thread
  ~Profiler();
  Profiler(const Profiler&) = delete;
  void stop();  // measures no more; what it has stays

  void add(const Instruction& instruction, const Program& program, double start, double end);
  void add_run(const Program& program, double start, double end);

  ExecutionCounters counters() const;    // from the start to the stop
  double seconds() const;                // in kernels
  std::vector<ProfileRow> rows() const;  // the longest first

  // Tables by layer, by kernel and of all rows, with the share of what the machine can do at most.
  std::string to_string() const;

  // Chrome's trace format: open it in chrome://tracing or ui.perfetto.dev. FileError.
  void save(const std::string& path) const;

 private:
  struct Event {
    size_t row;  // kProgram + its tier for a whole program
    double start, end;
    int thread;
  };
  static constexpr size_t kProgram = ~size_t{0} - 1;
  static constexpr size_t kMostEvents = 1'000'000;
  void add_event(size_t row, double start, double end);

  mutable std::mutex mutex_;
  std::map<std::string, size_t> numbers_;
  std::vector<ProfileRow> rows_;
  std::vector<Event> events_;
  std::map<std::thread::id, int> threads_;
  int64_t dropped_events_ = 0;
  ExecutionCounters start_, end_;
  double started_;
  bool running_ = true;
  Profiler* before_;
};

Profiler* active_profiler();

}  // namespace lamina

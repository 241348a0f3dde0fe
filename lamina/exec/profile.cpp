#include "lamina/exec/profile.h"

#include <algorithm>
#include <atomic>

#include "lamina/base/text.h"
#include "lamina/base/timer.h"
#include "lamina/exec/cache.h"
#include "lamina/exec/program.h"

namespace lamina {
namespace {

std::atomic<Profiler*> active{nullptr};
std::atomic<int64_t> evaluations{0}, new_programs{0}, compiled{0}, compiled_nodes{0};
std::atomic<int64_t> fallbacks{0}, early_reads{0};
std::mutex miss_mutex;

std::string& miss_text() {
  static auto* text = new std::string;
  return *text;
}

// An instruction that runs programs itself (a loop) is reported after what it has run, whose time
// is not its own.
double time_of_others(double start, double end) {
  struct Event {
    double start, seconds;
  };
  constexpr size_t kMost = 1 << 16;
  thread_local std::vector<Event> recent;
  double seconds = 0;
  while (!recent.empty() && recent.back().start >= start) {
    seconds += recent.back().seconds;
    recent.pop_back();
  }
  if (recent.size() > kMost) recent.clear();
  recent.push_back({start, end - start});
  return seconds;
}

}  // namespace

Profiler* active_profiler() { return active.load(std::memory_order_acquire); }

void count_evaluation() { evaluations.fetch_add(1, std::memory_order_relaxed); }
void count_new_program() { new_programs.fetch_add(1, std::memory_order_relaxed); }
void count_compiled(size_t nodes) {
  compiled.fetch_add(1, std::memory_order_relaxed);
  compiled_nodes.fetch_add(static_cast<int64_t>(nodes), std::memory_order_relaxed);
}
void count_fallback() { fallbacks.fetch_add(1, std::memory_order_relaxed); }
void count_early_read() { early_reads.fetch_add(1, std::memory_order_relaxed); }

ExecutionCounters execution_counters() {
  ExecutionCounters c;
  c.evaluations = evaluations;
  c.new_programs = new_programs;
  c.compiled = compiled;
  c.compiled_nodes = compiled_nodes;
  c.fallbacks = fallbacks;
  c.early_reads = early_reads;
  c.cached_programs = program_cache().size();
  c.cached_bytes = program_cache().bytes();
  c.compile_seconds = compile_seconds();
  return c;
}

std::string last_miss() {
  std::lock_guard lock(miss_mutex);
  return miss_text();
}

void set_last_miss(std::string description) {
  std::lock_guard lock(miss_mutex);
  miss_text() = std::move(description);
}

Profiler::Profiler()
    : start_(execution_counters()), started_(monotonic_seconds()), before_(active.exchange(this)) {}

Profiler::~Profiler() { stop(); }

void Profiler::stop() {
  if (!running_) return;
  running_ = false;
  end_ = execution_counters();
  active.store(before_, std::memory_order_release);
}

void Profiler::add(const Instruction& i, const Program& program, double start, double end) {
  std::lock_guard lock(mutex_);
  const char* layer = i.origin ? i.origin : "";
  auto [number, is_new] = numbers_.try_emplace(
      text(layer, '\0', i.kernel->name, '\0', i.what, '\0', program.tier, program.why_tier),
      rows_.size());
  if (is_new) {
    rows_.push_back({layer, i.kernel->name, i.what, program.tier, program.why_tier});
  }
  ProfileRow& row = rows_[number->second];
  const double others = time_of_others(start, end);
  ++row.runs;
  row.seconds += end - start - others;
  if (others == 0) row.flops += i.flops, row.bytes += i.bytes;
  add_event(number->second, start, end);
}

void Profiler::add_run(const Program& program, double start, double end) {
  std::lock_guard lock(mutex_);
  add_event(kProgram + static_cast<size_t>(program.tier), start, end);
}

void Profiler::add_event(size_t row, double start, double end) {
  if (events_.size() >= kMostEvents) {
    ++dropped_events_;
    return;
  }
  const int next = static_cast<int>(threads_.size());
  const int thread = threads_.try_emplace(std::this_thread::get_id(), next).first->second;
  events_.push_back({row, start, end, thread});
}

ExecutionCounters Profiler::counters() const {
  ExecutionCounters now = running_ ? execution_counters() : end_;
  now.evaluations -= start_.evaluations;
  now.new_programs -= start_.new_programs;
  now.compiled -= start_.compiled;
  now.compiled_nodes -= start_.compiled_nodes;
  now.fallbacks -= start_.fallbacks;
  now.early_reads -= start_.early_reads;
  now.compile_seconds -= start_.compile_seconds;
  return now;
}

double Profiler::seconds() const {
  std::lock_guard lock(mutex_);
  double sum = 0;
  for (const ProfileRow& row : rows_) sum += row.seconds;
  return sum;
}

std::vector<ProfileRow> Profiler::rows() const {
  std::lock_guard lock(mutex_);
  std::vector<ProfileRow> rows = rows_;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ProfileRow& a, const ProfileRow& b) { return a.seconds > b.seconds; });
  return rows;
}

}  // namespace lamina

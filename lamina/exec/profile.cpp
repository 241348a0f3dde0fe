#include "lamina/exec/profile.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <vector>

#include "lamina/base/text.h"
#include "lamina/exec/cache.h"
#include "lamina/exec/program.h"

namespace lamina {
namespace {

std::atomic<Profiler*> active{nullptr};
std::atomic<int64_t> evaluations{0}, new_programs{0}, compiled{0}, fallbacks{0};
std::mutex miss_mutex;

std::string& miss_text() {
  static auto* text = new std::string;
  return *text;
}

}  // namespace

Profiler* active_profiler() { return active.load(std::memory_order_acquire); }

void count_evaluation() { evaluations.fetch_add(1, std::memory_order_relaxed); }
void count_new_program() { new_programs.fetch_add(1, std::memory_order_relaxed); }
void count_compiled() { compiled.fetch_add(1, std::memory_order_relaxed); }
void count_fallback() { fallbacks.fetch_add(1, std::memory_order_relaxed); }

ExecutionCounters execution_counters() {
  ExecutionCounters c{evaluations, new_programs, compiled, fallbacks, 0, 0};
  c.cached_programs = program_cache().size();
  c.cached_bytes = program_cache().bytes();
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

Profiler::Profiler() : start_(execution_counters()), before_(active.exchange(this)) {}
Profiler::~Profiler() { active.store(before_, std::memory_order_release); }

void Profiler::add(const Instruction& i, int tier, double seconds) {
  std::lock_guard lock(mutex_);
  Row& row = rows_[text(i.origin ? i.origin : "-", "  ", i.kernel->name, "  ", i.what)];
  ++row.runs;
  row.seconds += seconds;
  row.flops += i.flops;
  row.bytes += i.bytes;
  row.tier = tier;
}

ExecutionCounters Profiler::counters() const {
  ExecutionCounters now = execution_counters();
  now.evaluations -= start_.evaluations;
  now.new_programs -= start_.new_programs;
  now.compiled -= start_.compiled;
  now.fallbacks -= start_.fallbacks;
  return now;
}

double Profiler::seconds() const {
  std::lock_guard lock(mutex_);
  double sum = 0;
  for (const auto& [name, row] : rows_) sum += row.seconds;
  return sum;
}

std::string Profiler::to_string() const {
  ExecutionCounters c = counters();
  double total = std::max(seconds(), 1e-12);
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, Row>> rows(rows_.begin(), rows_.end());
  std::sort(rows.begin(), rows.end(),
            [](auto& a, auto& b) { return a.second.seconds > b.second.seconds; });
  std::string out = text(c.evaluations, " evaluations, ", c.new_programs, " new programs, ",
                         c.compiled, " compiled, ", c.fallbacks, " reference kernels\n");
  char line[160];
  std::snprintf(line, sizeof line, "%8s %6s %5s %9s %9s %7s  %s\n", "ms", "share", "tier", "runs",
                "GFLOP/s", "GB/s", "module  kernel  what");
  out += line;
  for (const auto& [name, row] : rows) {
    std::snprintf(line, sizeof line, "%8.3f %5.1f%% %5d %9lld %9.1f %7.1f  ", row.seconds * 1e3,
                  100 * row.seconds / total, row.tier, static_cast<long long>(row.runs),
                  row.flops / row.seconds * 1e-9, row.bytes / row.seconds * 1e-9);
    out += line;
    out += name;
    out += '\n';
  }
  return out;
}

}  // namespace lamina

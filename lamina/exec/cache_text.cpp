// The program cache for people: what is in it, and what that costs.
#include <algorithm>
#include <cstdio>

#include "lamina/base/text.h"
#include "lamina/exec/cache.h"

namespace lamina {
namespace {

ProgramSummary summary_of(const CachedProgram& entry) {
  const Program& program = *entry.program;
  ProgramSummary s;
  s.tier = program.tier;
  s.runs = entry.runs;
  s.bytes = static_cast<int64_t>(entry.bytes);
  s.instructions = static_cast<int64_t>(program.instructions.size());
  s.planned_bytes = program.planned_peak();
  const auto most =
      std::max_element(program.instructions.begin(), program.instructions.end(),
                       [](const Instruction& a, const Instruction& b) {
                         return std::pair(a.flops, a.bytes) < std::pair(b.flops, b.bytes);
                       });
  s.passes = program.sizes && program.sizes->is_instance ? 0 : 1;
  s.what = most == program.instructions.end() ? "nothing to compute" : most->what;
  return s;
}

void join(ProgramSummary& all, const ProgramSummary& one) {
  all.runs += one.runs;
  all.bytes += one.bytes;
  all.planned_bytes = std::max(all.planned_bytes, one.planned_bytes);
  all.sizes += one.sizes;
  all.passes += one.passes;
}

}  // namespace

std::vector<ProgramSummary> ProgramCache::programs() const {
  std::lock_guard lock(mutex_);
  std::vector<ProgramSummary> summaries;
  std::unordered_map<uint64_t, size_t> by_structure;
  for (const auto& entry : entries_) {
    const auto& sizes = entry->program->sizes;
    if (sizes) {
      const auto [found, is_new] = by_structure.emplace(sizes->structure, summaries.size());
      if (!is_new) {
        join(summaries[found->second], summary_of(*entry));
        continue;
      }
    }
    summaries.push_back(summary_of(*entry));
  }
  return summaries;
}

std::string ProgramCache::to_string() const {
  const std::vector<ProgramSummary> summaries = programs();
  std::string out = text(summaries.size(), " programs, ", bytes(), " of ", limit(), " bytes, ",
                         hits(), " hits\n");
  char line[120];
  if (!summaries.empty()) {
    std::snprintf(line, sizeof line, "%5s %6s %7s %9s %12s %9s %13s  %s\n", "tier", "sizes",
                  "passes", "runs", "instructions", "bytes", "planned bytes", "what costs most");
    out += line;
  }
  for (const ProgramSummary& s : summaries) {
    std::snprintf(line, sizeof line, "%5d %6lld %7lld %9lld %12lld %9lld %13lld  ", s.tier,
                  static_cast<long long>(s.sizes), static_cast<long long>(s.passes),
                  static_cast<long long>(s.runs), static_cast<long long>(s.instructions),
                  static_cast<long long>(s.bytes), static_cast<long long>(s.planned_bytes));
    out += text(line, s.what, "\n");
  }
  for (const CacheUse& use : caches())
    out += text(use.name, ": ", use.entries, ", ", use.bytes, " of ", use.limit, " bytes\n");
  return out;
}

}  // namespace lamina

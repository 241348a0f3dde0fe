// The program cache: programs by structure. A hash finds candidates, keys are compared in full.
// Bounded in bytes; what was used longest ago goes first.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "lamina/base/cache_use.h"
#include "lamina/exec/program.h"
#include "lamina/exec/walk.h"

namespace lamina {

struct CachedProgram {
  uint64_t hash = 0;
  std::vector<uint32_t> key;
  std::vector<int32_t> outputs;  // positions in the walk's order
  std::shared_ptr<const Program> program;
  std::atomic<int64_t> runs{0};
  size_t bytes = 0;
};

// One program with all its sizes, for people.
struct ProgramSummary {
  std::string what;  // its most expensive instruction
  int tier = 0;
  int64_t runs = 0;
  int64_t instructions = 0;
  int64_t bytes = 0;          // that the entry takes in the cache
  int64_t planned_bytes = 0;  // by which memory grows: Program::planned_peak(); of the largest size
  int64_t sizes = 1;          // for which it has kernels and places ..
  int64_t passes = 1;         // .. and for how many of them the compiler's passes have run
};

class ProgramCache {
 public:
  ProgramCache();
  // The entry of this structure whose outputs include all that the walk wants, or null. Entries
  // stay valid while the caller holds them.
  std::shared_ptr<CachedProgram> find(const Walk& walk);
  std::shared_ptr<CachedProgram> insert(const Walk& walk, std::shared_ptr<const Program> program);
  void replace(CachedProgram& entry, std::shared_ptr<const Program> program);

  void clear();  // programs that run stay until they have
  int64_t size() const;  // entries: each size of a program has its own
  int64_t bytes() const;
  int64_t hits() const;  // look-ups that found their program, since the start
  int64_t limit() const;
  void set_limit(size_t bytes);                  // LAMINA_PROGRAM_CACHE_BYTES is its start
  std::vector<ProgramSummary> programs() const;  // last used first
  // The other caches: machine code of loops, weights that programs keep packed or folded.
  std::vector<CacheUse> caches() const { return cache_uses(); }
  std::string to_string() const;

  // Which part of the walk's key differs from that of the nearest entry, for people.
  std::string explain_miss(const Walk& walk) const;

 private:
  void shrink();
  mutable std::mutex mutex_;
  std::list<std::shared_ptr<CachedProgram>> entries_;  // last used first
  std::unordered_multimap<uint64_t, std::list<std::shared_ptr<CachedProgram>>::iterator> by_hash_;
  size_t bytes_ = 0, limit_;
  int64_t hits_ = 0;
};

ProgramCache& program_cache();

}  // namespace lamina

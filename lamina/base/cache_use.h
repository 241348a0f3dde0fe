// What the library's caches hold: each tells of itself, and `program_cache()` shows them all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lamina {

struct CacheUse {
  std::string name;
  int64_t entries = 0;
  int64_t bytes = 0, limit = 0;  // when more than the limit is held, what was used longest ago goes
};

// The function is asked at any time and from any thread.
using ReportsCacheUse = CacheUse (*)();
void add_cache(ReportsCacheUse report);

std::vector<CacheUse> cache_uses();  // by name

}  // namespace lamina

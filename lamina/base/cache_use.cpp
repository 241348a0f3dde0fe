#include "lamina/base/cache_use.h"

#include <algorithm>
#include <mutex>

namespace lamina {
namespace {

struct Reports {
  std::mutex mutex;
  std::vector<ReportsCacheUse> all;
};

Reports& reports() {
  static auto* instance = new Reports;
  return *instance;
}

}  // namespace

void add_cache(ReportsCacheUse report) {
  std::lock_guard lock(reports().mutex);
  reports().all.push_back(report);
}

std::vector<CacheUse> cache_uses() {
  std::vector<ReportsCacheUse> all;
  {
    std::lock_guard lock(reports().mutex);
    all = reports().all;
  }
  std::vector<CacheUse> uses;
  for (ReportsCacheUse report : all) uses.push_back(report());
  std::sort(uses.begin(), uses.end(),
            [](const CacheUse& a, const CacheUse& b) { return a.name < b.name; });
  return uses;
}

}  // namespace lamina

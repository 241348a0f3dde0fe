#include "lamina/base/cpu_count.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "lamina/base/text.h"

namespace lamina {

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  if (file) out << file.rdbuf();
  return out.str();
}

// Whole processors for a quota of microseconds in each period; 0 when there is no quota.
int processors(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return 0;
  const double count = quota / period;
  const int whole = static_cast<int>(std::min(count, 1e6));
  return std::max(1, whole + (whole < count && count < 1e6 ? 1 : 0));
}

int quota_v2(const std::string& folder) {
  std::istringstream in(contents(folder + "/cpu.max"));  // "200000 100000" or "max 100000"
  double quota = 0, period = 0;
  return in >> quota >> period ? processors(quota, period) : 0;
}

int quota_v1(const std::string& folder) {
  std::istringstream quota_text(contents(folder + "/cpu.cfs_quota_us"));  // -1: no quota
  std::istringstream period_text(contents(folder + "/cpu.cfs_period_us"));
  double quota = 0, period = 0;
  return quota_text >> quota && period_text >> period ? processors(quota, period) : 0;
}

void take_smaller(int& best, int count) {
  if (count > 0) best = best == 0 ? count : std::min(best, count);
}

// Each group from the process's own up to the root may set a quota, and all of them bind. Inside a
// container the path is often not visible, but the root shown there is the container's own group.
template <class Quota>
void walk(int& best, const std::string& root, std::string path, Quota quota) {
  for (;;) {
    take_smaller(best, quota(root + path));
    const size_t slash = path.rfind('/');
    if (path.empty() || slash == std::string::npos) break;
    path.resize(slash);
  }
}

int affinity_processors() {
  // The mask of a machine with more than 1024 processors does not fit in a cpu_set_t.
  for (int bits = 1024; bits <= (1 << 18); bits *= 4) {
    cpu_set_t* mask = CPU_ALLOC(bits);
    if (!mask) break;
    const size_t size = CPU_ALLOC_SIZE(bits);
    const int count = sched_getaffinity(0, size, mask) == 0 ? CPU_COUNT_S(size, mask) : 0;
    CPU_FREE(mask);
    if (count > 0) return count;
  }
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace

int cgroup_processors(std::string_view memberships, const std::string& mount) {
  int best = 0;
  std::istringstream lines{std::string(memberships)};
  for (std::string line; std::getline(lines, line);) {  // "id:controllers:/path"
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    if (controllers.empty()) {
      walk(best, mount, path, quota_v2);
    } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
      walk(best, text(mount, "/", controllers), path, quota_v1);
      if (controllers != "cpu") walk(best, mount + "/cpu", path, quota_v1);
    }
  }
  return best;
}

int available_processors() {
  int count = affinity_processors();
  take_smaller(count, cgroup_processors(contents("/proc/self/cgroup"), "/sys/fs/cgroup"));
  return count;
}

}  // namespace lamina

#include "lamina/base/parallel_for.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "lamina/base/cpu_count.h"
#include "lamina/base/error.h"

using lamina::parallel_for;

namespace {

struct Threads {  // restores the count at the end of a test
  explicit Threads(int count) : before(lamina::thread_count()) { lamina::set_thread_count(count); }
  ~Threads() { lamina::set_thread_count(before); }
  int before;
};

using Part = std::pair<int64_t, int64_t>;

std::set<Part> parts_of(int64_t begin, int64_t end, int64_t grain) {
  std::mutex mutex;
  std::set<Part> parts;
  parallel_for(begin, end, grain, [&](int64_t first, int64_t last) {
    std::lock_guard lock(mutex);
    parts.emplace(first, last);
  });
  return parts;
}

}  // namespace

TEST(ParallelFor, CutsStaticallyAndWithinTheGrain) {
  Threads threads(4);
  EXPECT_EQ(parts_of(0, 10, 1), (std::set<Part>{{0, 3}, {3, 6}, {6, 8}, {8, 10}}));
  EXPECT_EQ(parts_of(-5, 5, 4), (std::set<Part>{{-5, 0}, {0, 5}}));
  EXPECT_EQ(parts_of(0, 4, 4), (std::set<Part>{{0, 4}}));
  EXPECT_EQ(parts_of(3, 3, 1), (std::set<Part>{}));
  EXPECT_EQ(parts_of(3, -3, 1), (std::set<Part>{}));
  const int64_t lowest = std::numeric_limits<int64_t>::min(), highest = -(lowest + 1);
  EXPECT_EQ(parts_of(lowest, highest, 1).size(), 4u);
}

TEST(ParallelFor, VisitsEachElementOnce) {
  for (int count : {1, 2, 3, 7, 16}) {
    Threads threads(count);
    std::vector<int> visits(1001, 0);
    for (int round = 0; round < 50; ++round) {
      parallel_for(0, 1001, 3, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) ++visits[static_cast<size_t>(i)];
      });
    }
    for (int v : visits) ASSERT_EQ(v, 50);
  }
}

TEST(ParallelFor, NestedRegionsRunInline) {
  Threads threads(4);
  std::atomic<int> inner{0};
  EXPECT_FALSE(lamina::in_parallel_region());
  parallel_for(0, 4, 1, [&](int64_t, int64_t) {
    EXPECT_TRUE(lamina::in_parallel_region());
    parallel_for(0, 100, 1, [&](int64_t first, int64_t last) {
      EXPECT_EQ(last - first, 100);
      ++inner;
    });
  });
  EXPECT_EQ(inner, 4);
  EXPECT_FALSE(lamina::in_parallel_region());
}

TEST(ParallelFor, RethrowsTheFirstPartsException) {
  Threads threads(4);
  for (int round = 0; round < 20; ++round) {
    try {
      parallel_for(0, 4, 1, [](int64_t first, int64_t) {
        if (first > 0) throw lamina::ValueError(std::to_string(first));
      });
      FAIL();
    } catch (const lamina::ValueError& error) {
      EXPECT_EQ(error.message(), "1");
    }
  }
  EXPECT_EQ(parts_of(0, 4, 1).size(), 4u);  // and the next region works
}

TEST(ParallelFor, SeveralCallersAtOnce) {
  Threads threads(3);
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        parallel_for(0, 30, 1, [&](int64_t first, int64_t last) { total += last - first; });
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(total, 4 * 100 * 30);
}

TEST(ParallelFor, RefusesImpossibleCounts) {
  const int before = lamina::thread_count();
  EXPECT_GE(before, 1);
  for (int count : {0, -1, 1025}) EXPECT_THROW(lamina::set_thread_count(count), lamina::ValueError);
  EXPECT_EQ(lamina::thread_count(), before);
}

#if defined(__SANITIZE_THREAD__)
#define LAMINA_TEST_NO_FORK 1
#endif

TEST(ParallelFor, AForkedChildComputesAlone) {
#ifdef LAMINA_TEST_NO_FORK
  GTEST_SKIP() << "ThreadSanitizer does not follow forks of threaded programs";
#endif
  Threads threads(4);
  parallel_for(0, 100, 1, [](int64_t, int64_t) {});  // the threads exist now
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(20);  // a hang is a failure, not a test that never ends
    int64_t sum = 0;  // not atomic: one thread
    parallel_for(0, 1000, 1, [&](int64_t first, int64_t last) { sum += last - first; });
    bool refused = false;
    try {
      lamina::set_thread_count(2);
    } catch (const lamina::StateError&) {
      refused = true;
    }
    _exit(sum == 1000 && lamina::thread_count() == 1 && refused ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(lamina::thread_count(), 4);
}

TEST(CpuCount, ReadsQuotasOfBothGenerations) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("lamina_cgroup_" + std::to_string(getpid()));
  const auto write = [&](const std::string& path, const char* content) {
    std::filesystem::create_directories((folder / path).parent_path());
    std::ofstream(folder / path) << content;
  };
  write("a/b/cpu.max", "max 100000\n");
  write("a/cpu.max", "250000 100000\n");
  write("cpu,cpuacct/x/cpu.cfs_quota_us", "150000\n");
  write("cpu,cpuacct/x/cpu.cfs_period_us", "100000\n");
  write("cpu/cpu.cfs_quota_us", "-1\n");
  write("cpu/cpu.cfs_period_us", "100000\n");
  const std::string mount = folder.string();
  EXPECT_EQ(lamina::cgroup_processors("0::/a/b\n", mount), 3);
  EXPECT_EQ(lamina::cgroup_processors("4:cpu,cpuacct:/x\n", mount), 2);
  EXPECT_EQ(lamina::cgroup_processors("4:cpu:/x\n", mount), 0);
  EXPECT_EQ(lamina::cgroup_processors("4:memory:/x\n0::/\n", mount), 0);
  EXPECT_EQ(lamina::cgroup_processors("nonsense\n\n::", mount), 0);
  EXPECT_GE(lamina::available_processors(), 1);
  std::filesystem::remove_all(folder);
}

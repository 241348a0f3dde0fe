// What the framework itself costs: recording an op, walking and finding a program, a whole step of
// 3,000 nodes without its kernels.
//
//   build/bin/bench_recording
#include <cstdio>
#include <vector>

#include "lamina/base/timer.h"
#include "lamina/exec/cache.h"
#include "lamina/exec/walk.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"

using namespace lamina;

namespace {

constexpr int kNodes = 3000;
constexpr int kRounds = 300;

double best(const std::vector<double>& values) {
  double b = values[0];
  for (double v : values) b = v < b ? v : b;
  return b;
}

// Alternating additions and products of two small arrays.
Array chain(const Array& x, const Array& y, int length) {
  Array c = x;
  for (int i = 0; i < length; ++i) c = i % 2 ? multiply(std::move(c), y) : add(std::move(c), y);
  return c;
}

}  // namespace

int main() {
  Array x = array({1, 2, 3}), y = array({0.5, 0.5, 0.5});
  std::vector<double> record, drop, walk_time, find_time;
  for (int round = 0; round < kRounds; ++round) {
    double start = monotonic_seconds();
    Array c = chain(x, y, kNodes);
    double recorded = monotonic_seconds();
    {
      std::lock_guard lock(graph_mutex());
      static Walk walk;
      double begin = monotonic_seconds();
      walk.begin();
      walk.add_root(c.node());
      walk.finish();
      double walked = monotonic_seconds();
      auto found = program_cache().find(walk);
      double end = monotonic_seconds();
      walk_time.push_back(walked - begin);
      find_time.push_back(end - walked);
    }
    if (round == 0) c.eval();
    double before_drop = monotonic_seconds();
    c.reset();
    if (round > 0) drop.push_back(monotonic_seconds() - before_drop);
    record.push_back(recorded - start);
  }
  auto ns = [](const std::vector<double>& v) { return best(v) / kNodes * 1e9; };
  std::printf("recording an element-wise op   %6.1f ns   (goal 50)\n", ns(record));
  std::printf("walking, key and hash, a node  %6.1f ns\n", ns(walk_time));
  std::printf("finding the program, a node    %6.1f ns\n", ns(find_time));
  std::printf("  both                         %6.1f ns   (goal 25)\n", ns(walk_time) + ns(find_time));
  std::printf("dropping a node                %6.1f ns\n", ns(drop));
  std::printf("3,000-node step, all of these  %6.3f ms   (goal 0.5)\n",
              (best(record) + best(walk_time) + best(find_time) + best(drop)) * 1e3);
  std::printf("sizeof(Node) %zu\n", sizeof(Node));
}

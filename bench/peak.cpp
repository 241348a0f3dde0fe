// Prints the float32 operations per second that this machine's threads give, in GFLOP/s.
// usage: bench_peak [threads]
#include "peak.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  const int threads =
      argc > 1 ? std::atoi(argv[1]) : static_cast<int>(std::thread::hardware_concurrency());
  if (threads < 1 || threads > 1024) {
    std::fprintf(stderr, "usage: bench_peak [threads]\n");
    return 2;
  }
  std::printf("peak of %d threads: %.1f GFLOP/s\n", threads,
              lamina::bench::measured_peak(threads) / 1e9);
}

// What the floating-point units of this machine give, measured in the same run as the kernels,
// because clocks and neighbours change.
#pragma once

#include <chrono>

#include "lamina/base/machine_peak.h"

namespace lamina::bench {

inline double seconds_now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

// float32 operations per second of `threads` threads that run at the same time.
inline double measured_peak(int threads) { return measure_flops(threads, 40); }

}  // namespace lamina::bench

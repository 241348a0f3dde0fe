// Time for measurements: monotonic, so that a corrected wall clock never gives a negative duration.
//
//   Timer timer;
//   work();
//   log(text("took ", timer.seconds(), " s"));
#pragma once

#include <chrono>

namespace lamina {

// Seconds since an arbitrary moment; only differences mean something.
inline double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Timer {
 public:
  double seconds() const { return monotonic_seconds() - start_; }
  void restart() { start_ = monotonic_seconds(); }

 private:
  double start_ = monotonic_seconds();
};

}  // namespace lamina

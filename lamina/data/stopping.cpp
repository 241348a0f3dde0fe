#include "lamina/data/stopping.h"

namespace lamina::data {

namespace {

// Here and not in the header: each library that includes it would have a flag of its own.
thread_local const std::atomic<bool>* stop_flag = nullptr;

}  // namespace

void heed_stop(const std::atomic<bool>* flag) { stop_flag = flag; }

void check_stop() {
  if (stop_flag && stop_flag->load(std::memory_order_relaxed)) throw Stopped();
}

}  // namespace lamina::data

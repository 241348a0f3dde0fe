// Internal: how a loader that is left tells the threads that still make batches for it.
#pragma once

#include <atomic>

namespace lamina::data {

struct Stopped {};  // thrown through a dataset; a loader's threads catch it

// Set while a thread makes batches for a loader.
inline thread_local const std::atomic<bool>* stop_request = nullptr;

// Datasets call it between examples.
inline void check_stop() {
  if (stop_request && stop_request->load(std::memory_order_relaxed)) throw Stopped();
}

}  // namespace lamina::data

// Internal: how a loader that is left tells the threads that still make batches for it.
#pragma once

#include <atomic>

namespace lamina::data {

struct Stopped {};  // thrown through a dataset; a loader's threads catch it

// What this thread makes batches for ends when the flag is set; null for nothing.
void heed_stop(const std::atomic<bool>* flag);

// Datasets call it between examples. Throws Stopped.
void check_stop();

}  // namespace lamina::data

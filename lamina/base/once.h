// Once: a function that runs one time, also when several threads come to it together; those wait. When it
// throws, the next one tries again.
//
// std::call_once would do, but it reaches into thread-local variables of libstdc++. With our fast model of
// such variables (cmake/Flags.cmake) their place must be fixed when we are loaded, and it no longer can be
// in a process that has loaded libstdc++ late for somebody else: `import torch, lamina` would fail.
#pragma once

#include <atomic>
#include <mutex>

namespace lamina {

class Once {
 public:
  template <class F>
  void operator()(F&& f) {
    if (done_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(mutex_);
    if (done_.load(std::memory_order_relaxed)) return;
    f();
    done_.store(true, std::memory_order_release);
  }

 private:
  std::atomic<bool> done_ = false;
  std::mutex mutex_;
};

}  // namespace lamina

#ifdef LAMINA_STD_THREADS

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "lamina/base/denormals.h"
#include "lamina/base/thread_team.h"

namespace lamina::thread_team {

namespace {

// Worker w runs part w + 1 of each job that has one; the caller runs part 0.
class Pool {
 public:
  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  void run(int count, FunctionRef<void(int)> part) {
    std::unique_lock owner(owner_, std::try_to_lock);
    if (!owner) {  // another thread computes: the same parts, in order, on this one
      for (int i = 0; i < count; ++i) part(i);
      return;
    }
    int helpers = 0;
    {
      std::lock_guard lock(mutex_);
      try {
        while (static_cast<int>(workers_.size()) < count - 1) {
          const int index = static_cast<int>(workers_.size());
          workers_.emplace_back([this, index, seen = job_] { work(index, seen); });
        }
      } catch (const std::system_error&) {
        // The system gives no more threads: the caller takes the remaining parts.
      }
      helpers = std::min(count - 1, static_cast<int>(workers_.size()));
      part_ = &part;
      helpers_ = running_ = helpers;
      ++job_;
    }
    wake_.notify_all();
    part(0);
    for (int i = helpers + 1; i < count; ++i) part(i);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    part_ = nullptr;
  }

 private:
  void work(int index, uint64_t seen) {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return stopping_ || job_ != seen; });
      if (stopping_) return;
      seen = job_;
      if (index >= helpers_) continue;
      const FunctionRef<void(int)> part = *part_;
      lock.unlock();
      FlushDenormals flush;
      part(index + 1);
      lock.lock();
      if (--running_ == 0) done_.notify_one();
    }
  }

  std::mutex owner_, mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> workers_;
  const FunctionRef<void(int)>* part_ = nullptr;
  uint64_t job_ = 0;
  int helpers_ = 0, running_ = 0;
  bool stopping_ = false;
};

std::unique_ptr<Pool>& pool() {
  static std::unique_ptr<Pool> instance = std::make_unique<Pool>();
  return instance;
}

}  // namespace

void run(int count, FunctionRef<void(int)> part) { pool()->run(count, part); }

bool inside_foreign_region() { return false; }

void limit_caller(int) {}

// The child must not join threads that it does not have; their memory is left to the system.
void abandon_after_fork() { static_cast<void>(pool().release()); }

}  // namespace lamina::thread_team

#endif

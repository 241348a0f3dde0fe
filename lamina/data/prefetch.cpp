#include "lamina/data/prefetch.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/base/interrupt.h"
#include "lamina/base/thread_team.h"
#include "lamina/data/stopping.h"

namespace lamina::data {

namespace {

struct Made {
  Batch batch;
  std::exception_ptr error;
};

}  // namespace

struct Prefetch::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<int64_t, Made> ready;
  int64_t next_to_make, next_to_give, last, ahead;
  std::atomic<bool> stop = false;
  std::function<Batch(int64_t)> make;
  std::vector<std::thread> threads;
  pid_t process = getpid();

  void work() {
    thread_team::limit_caller(1);  // the processors are for the net; a batch is one thread's work
    heed_stop(&stop);
    for (;;) {
      int64_t number = 0;
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] {
          return stop || next_to_make >= last || next_to_make < next_to_give + ahead;
        });
        if (stop || next_to_make >= last) return;
        number = next_to_make++;
      }
      Made made;
      try {
        made.batch = make(number);
      } catch (const Stopped&) {
        return;
      } catch (...) {
        made.error = std::current_exception();
      }
      const std::lock_guard lock(mutex);
      ready.emplace(number, std::move(made));
      changed.notify_all();
    }
  }
};

Prefetch::Prefetch(int workers, int64_t ahead, int64_t first, int64_t last,
                   std::function<Batch(int64_t)> make)
    : shared_(std::make_unique<Shared>()) {
  Shared& s = *shared_;
  s.next_to_make = s.next_to_give = first;
  s.last = last;
  s.ahead = ahead;
  s.make = std::move(make);
  try {
    for (int i = 0; i < workers; ++i) s.threads.emplace_back([&s] { s.work(); });
  } catch (const std::system_error&) {
    if (s.threads.empty()) throw StateError("DataLoader: the system gives no thread for a worker");
  }
}

Prefetch::~Prefetch() {
  if (getpid() != shared_->process) {
    (void)shared_
        .release();  // a forked child: the threads are not here, and the lock may be held by one
    return;
  }
  shared_->stop = true;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->changed.notify_all();
  }
  for (std::thread& thread : shared_->threads) thread.join();
}

Batch Prefetch::next() {
  Shared& s = *shared_;
  if (getpid() != s.process) {
    throw StateError("DataLoader: this loop was begun before the process was forked")
        .help("begin a new loop over the loader in the child");
  }
  InterruptWatch watch;
  std::unique_lock lock(s.mutex);
  while (!s.ready.contains(s.next_to_give)) {
    s.changed.wait_for(lock, std::chrono::milliseconds(100));
    lock.unlock();
    watch.look();
    lock.lock();
  }
  Made made = std::move(s.ready.extract(s.next_to_give).mapped());
  ++s.next_to_give;
  s.changed.notify_all();
  lock.unlock();
  if (made.error) std::rethrow_exception(made.error);
  return std::move(made.batch);
}

}  // namespace lamina::data

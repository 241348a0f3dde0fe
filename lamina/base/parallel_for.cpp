#include "lamina/base/parallel_for.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>

#include "lamina/base/cpu_count.h"
#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/base/thread_team.h"

namespace lamina {

namespace {

constexpr int kMaximum = 1024;

std::atomic<int> chosen{0};  // 0: not yet decided
std::atomic<bool> forked{false};
thread_local bool inside = false;

void in_child() {
  forked.store(true);
  chosen.store(1);
  thread_team::abandon_after_fork();
}

void watch_forks() {
  static const int registered = pthread_atfork(nullptr, nullptr, in_child);
  static_cast<void>(registered);
}

int default_count() {
  const int64_t asked = environment::integer("LAMINA_THREADS", kMaximum, 1, kMaximum);
  return static_cast<int>(std::min<int64_t>(asked, available_processors()));
}

// A body that throws must not take the thread with it. Of several exceptions the one of the first
// part is kept, so that the same mistake gives the same message in every run.
class FirstException {
 public:
  void keep(int part) {
    std::lock_guard lock(mutex_);
    if (part_ >= 0 && part_ < part) return;
    part_ = part;
    exception_ = std::current_exception();
  }
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::mutex mutex_;
  int part_ = -1;
  std::exception_ptr exception_;
};

struct Inside {
  Inside() : before(inside) { inside = true; }
  ~Inside() { inside = before; }
  bool before;
};

}  // namespace

int thread_count() {
  int count = chosen.load(std::memory_order_relaxed);
  if (count > 0) return count;
  watch_forks();
  int undecided = 0;
  count = default_count();
  return chosen.compare_exchange_strong(undecided, count) ? count : undecided;
}

void set_thread_count(int count) {
  if (count < 1 || count > kMaximum) {
    throw ValueError(text("set_thread_count: expected 1 to ", kMaximum, " threads, got ", count))
        .help(text("this process may use ", available_processors(), " processors"));
  }
  if (forked.load() && count != 1) {
    throw StateError(text("set_thread_count: a forked process computes with 1 thread, got ", count))
        .help("start worker processes with spawn or forkserver instead of fork");
  }
  watch_forks();
  chosen.store(count);
  thread_team::limit_caller(count);
}

bool in_parallel_region() { return inside || thread_team::inside_foreign_region(); }

void parallel_for(int64_t begin, int64_t end, int64_t grain,
                  FunctionRef<void(int64_t first, int64_t last)> body) {
  if (begin >= end) return;
  // Unsigned, because a range may be longer than int64_t counts.
  const uint64_t length = static_cast<uint64_t>(end) - static_cast<uint64_t>(begin);
  const uint64_t least = static_cast<uint64_t>(std::max<int64_t>(grain, 1));
  const int limit = length <= least || in_parallel_region() ? 1 : thread_count();
  const int parts = static_cast<int>(std::min<uint64_t>(limit, length / least));
  if (parts <= 1) {
    body(begin, end);
    return;
  }
  const uint64_t size = length / parts, longer = length % parts;  // the first parts are one longer
  const auto start_of = [&](int part) {
    const uint64_t offset = size * part + std::min<uint64_t>(part, longer);
    return static_cast<int64_t>(static_cast<uint64_t>(begin) + offset);
  };
  FirstException failure;
  thread_team::run(parts, [&](int part) {
    Inside mark;
    try {
      body(start_of(part), start_of(part + 1));
    } catch (...) {
      failure.keep(part);
    }
  });
  failure.rethrow();
}

}  // namespace lamina

// Internal: batches made ahead by threads, handed out in order.
//
// Worker threads take numbers of batches in turn; at most `ahead` wait to be fetched. Which thread makes
// a batch, and when, changes nothing in it. Leaving early (the destructor) asks the threads to stop, which
// datasets do between two examples.
#pragma once

#include <functional>
#include <memory>

#include "lamina/data/dataset.h"

namespace lamina::data {

class Prefetch {
 public:
  // Batches first, first + 1, .. last - 1, each from make(number).
  Prefetch(int workers, int64_t ahead, int64_t first, int64_t last,
           std::function<Batch(int64_t)> make);
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;

  // The next one; throws what making it threw. Waiting can be interrupted (base/interrupt.h). StateError in a
  // forked child, which has no such threads.
  Batch next();

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace lamina::data

// Says that the graph at hand is the body of a loop: it runs many times, one after the other, on values
// that mostly stay in a cache, so that passes may weigh otherwise than for a program of its own.
#pragma once

namespace lamina {

class LoopBodyScope {
 public:
  LoopBodyScope();
  ~LoopBodyScope();
  LoopBodyScope(const LoopBodyScope&) = delete;

 private:
  bool before_;
};

bool is_loop_body();  // in this thread

}  // namespace lamina

// Bytes by which a program may make memory grow at most. Inside the scope, programs whose planned
// peak is larger compute values again instead of keeping them (compile/fit_memory.h), to the same
// bits; one that cannot get by raises OutOfMemory, which says what it could.
//
//   MemoryBudget budget(int64_t{2} << 30);
//   loss.backward();
//   optimizer.step();
//
// Of the calling thread, and part of every program's key. In Python: `with lm.memory_budget(bytes):`.
#pragma once

#include <cstdint>

namespace lamina {

class MemoryBudget {
 public:
  explicit MemoryBudget(int64_t bytes);  // ValueError unless positive
  ~MemoryBudget();
  MemoryBudget(const MemoryBudget&) = delete;

 private:
  int64_t before_;
};

int64_t memory_budget();  // 0: none
// Without a scope, for those who keep their own; returns what was set before.
int64_t set_memory_budget(int64_t bytes);  // 0: none

}  // namespace lamina

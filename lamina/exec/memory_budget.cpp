#include "lamina/exec/memory_budget.h"

#include <utility>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina {
namespace {

thread_local int64_t budget = 0;

}  // namespace

int64_t memory_budget() { return budget; }

int64_t set_memory_budget(int64_t bytes) {
  if (bytes < 0) throw ValueError(text("memory_budget: expected bytes of 0 or more, got ", bytes));
  return std::exchange(budget, bytes);
}

MemoryBudget::MemoryBudget(int64_t bytes) {
  if (bytes <= 0) {
    throw ValueError(text("memory_budget: expected bytes of 1 or more, got ", bytes))
        .help("outside of the scope there is none");
  }
  before_ = set_memory_budget(bytes);
}

MemoryBudget::~MemoryBudget() { budget = before_; }

}  // namespace lamina

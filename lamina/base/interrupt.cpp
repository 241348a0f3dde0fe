#include "lamina/base/interrupt.h"

#include <atomic>

#include "lamina/base/timer.h"

namespace lamina {
namespace {

constexpr double kBetweenChecks = 0.05;  // seconds

std::atomic<uint64_t> interrupts = 0;
static_assert(std::atomic<uint64_t>::is_always_lock_free);  // for handlers of signals
std::atomic<void (*)()> interrupt_check = nullptr;

}  // namespace

void interrupt() noexcept { interrupts.fetch_add(1, std::memory_order_relaxed); }

void set_interrupt_check(void (*check)()) { interrupt_check = check; }

InterruptWatch::InterruptWatch()
    : before_(interrupts.load(std::memory_order_relaxed)),
      next_check_(monotonic_seconds() + kBetweenChecks) {}

void InterruptWatch::look() {
  if (interrupts.load(std::memory_order_relaxed) != before_) {
    throw Interrupted("interrupted").help("nothing was changed; call it again to begin anew");
  }
  const double now = monotonic_seconds();
  if (now < next_check_) return;
  next_check_ = now + kBetweenChecks;
  if (const auto check = interrupt_check.load()) check();
}

}  // namespace lamina

// Ending work that may not end by itself: loops that depend on values, waiting for data. Such work
// looks now and then whether it should go on; values, parameters and buffers are as before when it
// does not.
#pragma once

#include <cstdint>

#include "lamina/base/error.h"

namespace lamina {

// What interrupted work throws.
class Interrupted : public TypedError<Interrupted> {
 public:
  using TypedError<Interrupted>::TypedError;
  const char* kind() const noexcept override { return "Interrupted"; }
};

// Ends the loops that run now, in every thread of this process, with Interrupted; those that begin
// later run. May be called from any thread, and from a signal's handler.
void interrupt() noexcept;

// Asked several times a second by work that looks; may throw. Python's answer to Ctrl-C is set here.
void set_interrupt_check(void (*check)());

// Held by work that looks, from its begin on.
class InterruptWatch {
 public:
  InterruptWatch();
  // Throws if the work should end. Costs about as much as reading a clock.
  void look();

 private:
  uint64_t before_;
  double next_check_;
};

}  // namespace lamina

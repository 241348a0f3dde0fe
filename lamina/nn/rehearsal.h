// Internal: a forward pass that is recorded for its graph alone.
#pragma once

#include "lamina/exec/pending_updates.h"
#include "lamina/op/recording.h"
#include "lamina/ops/random.h"

namespace lamina::nn {

// Nothing of it stays behind: no random number is used up, no statistics change.
class Rehearsal {
 public:
  Rehearsal() = default;
  Rehearsal(const Rehearsal&) = delete;
  ~Rehearsal() {
    take_back_updates(updates_);
    default_generator().set_state(random_);
  }

 private:
  Generator::State random_ = default_generator().state();
  uint64_t updates_ = recorded_updates();
  NoGrad no_grad_;
  Symbolic symbolic_;  // what is computed as it is recorded would be a constant of the graph
};

}  // namespace lamina::nn

// What ctc_losses and its gradient share: checks, and the lattice of one entry.
#pragma once

#include <vector>

#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"

namespace lamina {

void infer_ctc(Inference& c);  // checks the first four inputs
void ctc_samples(std::vector<std::vector<SampleInput>>& calls);

// One entry's targets with a blank before, between and behind them, and its log-probabilities.
class CtcLattice {
 public:
  // Wrong lengths and labels are reported; valid() is false then.
  CtcLattice(const Reference& r, int64_t entry, int64_t first_target, int64_t blank);

  bool valid() const { return valid_; }
  int64_t steps() const { return steps_; }
  int64_t states() const { return static_cast<int64_t>(labels_.size()); }
  int64_t label(int64_t state) const { return labels_[static_cast<size_t>(state)]; }
  double log_prob(int64_t step, int64_t state) const;

  // Log-probability of all beginnings that are in a state at a step, its own emission included; of
  // all endings after it: [steps, states].
  std::vector<double> forward() const;
  std::vector<double> backward() const;
  // Of the whole, from forward(): -inf where the steps are too few.
  double total(const std::vector<double>& forward) const;

 private:
  bool may_skip(int64_t state) const {  // to `state` from the one before the last
    return state >= 2 && label(state) != blank_ && label(state) != label(state - 2);
  }
  const ReferenceOperand log_probs_;
  int64_t entry_, blank_, steps_ = 0;
  bool valid_ = true;
  std::vector<int64_t> labels_;
};

// The first of an entry's targets: rows of [N, S], or behind the targets of the entries before.
int64_t next_target(const Reference& r, int64_t entry, int64_t first);

}  // namespace lamina

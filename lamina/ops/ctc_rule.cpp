#include "lamina/ops/ctc_rule.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/ops/ctc.h"

namespace lamina {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == kNever ? a : a + std::log1p(std::exp(b - a));
}

}  // namespace

void infer_ctc(Inference& c) {
  const Shape &log_probs = c.shape(0), &targets = c.shape(1);
  if (log_probs.rank() != 3)
    throw c.error<ShapeError>("expected log_probs [steps, batch, classes], got ", log_probs);
  if (!is_floating(c.dtype(0)))
    throw c.error<DTypeError>("expected floating-point log_probs, got ", c.dtype(0));
  const int64_t batch = log_probs[1], blank = c.attributes<CtcAttributes>().blank;
  if (targets.rank() != 1 && !(targets.rank() == 2 && targets[0] == batch)) {
    throw c.error<ShapeError>("expected targets [", batch, ", labels] or all in one row, got ",
                              targets);
  }
  for (int i : {2, 3}) {
    if (!(c.shape(i) == Shape{batch})) {
      throw c.error<ShapeError>("expected ", c.op.inputs[static_cast<size_t>(i)], " [", batch,
                                "], one for each entry, got ", c.shape(i));
    }
  }
  for (int i : {1, 2, 3}) {
    if (!is_integer(c.dtype(i))) {
      throw c.error<DTypeError>("expected ", c.op.inputs[static_cast<size_t>(i)],
                                " of an integer type, got ", c.dtype(i));
    }
  }
  if (blank < 0 || blank >= log_probs[2]) {
    throw c.error<IndexError>("blank ", blank, " is not one of the ", log_probs[2], " classes");
  }
}

CtcLattice::CtcLattice(const Reference& r, int64_t entry, int64_t first_target, int64_t blank)
    : log_probs_(r.input(0)), entry_(entry), blank_(blank) {
  const auto targets = r.input(1);
  auto length = [&](int input, int64_t limit) {
    const int64_t value = r.input(input).integer(entry);
    if (value >= 0 && value <= limit) return value;
    r.report(value, limit + 1);
    valid_ = false;
    return int64_t{0};
  };
  const bool rows = targets.rank() == 2;
  steps_ = length(2, log_probs_.size(0));
  const int64_t count = length(3, rows ? targets.size(1) : targets.elements() - first_target);
  labels_.assign(static_cast<size_t>(2 * count + 1), blank);
  for (int64_t k = 0; k < count; ++k) {
    const int64_t label = targets.integer(first_target + k);
    if (label < 0 || label >= log_probs_.size(2) || label == blank) {
      r.report(label, log_probs_.size(2));
      valid_ = false;
      return;
    }
    labels_[static_cast<size_t>(2 * k + 1)] = label;
  }
}

double CtcLattice::log_prob(int64_t step, int64_t state) const {
  return log_probs_.real((step * log_probs_.size(1) + entry_) * log_probs_.size(2) + label(state));
}

std::vector<double> CtcLattice::forward() const {
  const int64_t count = states();
  std::vector<double> alpha(static_cast<size_t>(steps_ * count), kNever);
  for (int64_t t = 0; t < steps_; ++t) {
    double* now = alpha.data() + t * count;
    const double* before = now - count;
    for (int64_t s = 0; s < count; ++s) {
      double sum = kNever;
      if (t == 0) {
        if (s < 2) sum = 0;
      } else {
        sum = before[s];
        if (s >= 1) sum = log_add(sum, before[s - 1]);
        if (may_skip(s)) sum = log_add(sum, before[s - 2]);
      }
      now[s] = sum == kNever ? kNever : sum + log_prob(t, s);
    }
  }
  return alpha;
}

std::vector<double> CtcLattice::backward() const {
  const int64_t count = states();
  std::vector<double> beta(static_cast<size_t>(steps_ * count), kNever);
  for (int64_t t = steps_; t-- > 0;) {
    double* now = beta.data() + t * count;
    const double* after = now + count;
    for (int64_t s = 0; s < count; ++s) {
      if (t + 1 == steps_) {
        if (s + 2 >= count) now[s] = 0;
        continue;
      }
      double sum = after[s] + log_prob(t + 1, s);
      if (s + 1 < count) sum = log_add(sum, after[s + 1] + log_prob(t + 1, s + 1));
      if (s + 2 < count && may_skip(s + 2)) {
        sum = log_add(sum, after[s + 2] + log_prob(t + 1, s + 2));
      }
      now[s] = sum;
    }
  }
  return beta;
}

double CtcLattice::total(const std::vector<double>& forward) const {
  if (steps_ == 0) return states() == 1 ? 0 : kNever;
  const double* last = forward.data() + (steps_ - 1) * states();
  const double end = last[states() - 1];
  return states() == 1 ? end : log_add(end, last[states() - 2]);
}

int64_t next_target(const Reference& r, int64_t entry, int64_t first) {
  const auto targets = r.input(1);
  if (targets.rank() == 2) return (entry + 1) * targets.size(1);
  const int64_t count = r.input(3).integer(entry);
  return count < 0 || count > targets.elements() - first ? targets.elements() : first + count;
}

void ctc_samples(std::vector<std::vector<SampleInput>>& calls) {
  auto lengths = [](int64_t batch, int64_t low, int64_t high) {
    return SampleInput({batch}, int64, static_cast<double>(low), static_cast<double>(high));
  };
  const SampleInput small({6, 2, 4}, float32, -3, -0.1);
  calls.push_back({small, SampleInput({2, 3}, int64, 1, 3), lengths(2, 6, 6), lengths(2, 0, 3)});
  calls.push_back({small, SampleInput({8}, int32, 1, 3), lengths(2, 5, 6), lengths(2, 0, 2)});
  calls.push_back({SampleInput({1, 1, 2}, float32, -3, -0.1), SampleInput({1, 1}, int64, 1, 1),
                   lengths(1, 1, 1), lengths(1, 1, 1)});
  calls.push_back({SampleInput({3, 0, 2}), SampleInput({0, 2}, int64, 1, 1), lengths(0, 1, 1),
                   lengths(0, 1, 1)});
  calls.push_back({SampleInput({12, 3, 5}, float32, -3, -0.1), SampleInput({3, 4}, int64, 1, 4),
                   lengths(3, 11, 12), lengths(3, 2, 4)});
}

}  // namespace lamina

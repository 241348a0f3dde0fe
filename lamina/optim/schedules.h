// Learning rates that change with the steps. All are functions of the number of steps made, so that
// nothing of them need be saved; all begin with a warm-up where `warmup` is given.
#pragma once

#include <cstdint>
#include <vector>

#include "lamina/optim/learning_rate.h"

namespace lamina::optim {

// Multiplied by `factor` at each milestone.
struct MultiStepSchedule {
  double lr = 0.1;
  std::vector<int64_t> milestones = {};
  double factor = 0.1;
  int64_t warmup = 0;
  double operator()(int64_t step) const;
};

// lr * factor^(step / every), without a stair.
struct ExponentialSchedule {
  double lr = 0.1;
  double factor = 0.95;
  int64_t every = 1;
  int64_t warmup = 0;
  double operator()(int64_t step) const;
};

// lr * (1 - step / steps)^power down to `end`.
struct PolynomialSchedule {
  double lr = 0.1;
  int64_t steps = 1000;
  double power = 1;
  double end = 0;
  int64_t warmup = 0;
  double operator()(int64_t step) const;
};

// Half a cosine from lr to `end` over `period` steps, again and again, each `multiply` times as
// long (Loshchilov and Hutter 2017).
struct CosineRestartsSchedule {
  double lr = 0.1;
  int64_t period = 1000;
  int64_t multiply = 1;
  double end = 0;
  int64_t warmup = 0;
  double operator()(int64_t step) const;
};

// Up from lr / start_divisor to lr over the first `rise` of the steps, then down to
// lr / start_divisor / end_divisor, both along half cosines (Smith and Topin 2018).
struct OneCycleSchedule {
  double lr = 0.1;
  int64_t steps = 1000;
  double rise = 0.3;
  double start_divisor = 25;
  double end_divisor = 1e4;
  double operator()(int64_t step) const;
};

// rates[i] from boundaries[i - 1] to before boundaries[i]: one rate more than boundaries.
struct PiecewiseSchedule {
  std::vector<int64_t> boundaries;
  std::vector<double> rates;
  double operator()(int64_t step) const;
};

// One schedule after the other; each counts its steps from its own beginning.
struct ChainedSchedule {
  std::vector<LearningRate> schedules;
  std::vector<int64_t> boundaries;  // where each but the first begins
  double operator()(int64_t step) const;
};

// Throw ValueError for what cannot be: unsorted boundaries, periods of 0, lists that do not match.
void check(const MultiStepSchedule& schedule);
void check(const ExponentialSchedule& schedule);
void check(const PolynomialSchedule& schedule);
void check(const CosineRestartsSchedule& schedule);
void check(const OneCycleSchedule& schedule);
void check(const PiecewiseSchedule& schedule);
void check(const ChainedSchedule& schedule);

// Lowers an optimizer's rate when a value has stopped getting better.
//
//   optim::ReduceOnPlateau plateau(optimizer, {.patience = 5});
//   for (..) { ..; plateau.step(validation_loss); }
struct PlateauOptions {
  double factor = 0.1;
  int64_t patience = 10;  // values without a gain before the rate falls
  double min_delta = 1e-4;
  int64_t cooldown = 0;  // values after a fall that do not count
  double min_lr = 0;
  bool maximize = false;
};

class Optimizer;

class ReduceOnPlateau {
 public:
  ReduceOnPlateau(Optimizer& optimizer, PlateauOptions options = {});
  bool step(double value);  // whether the rate fell

  struct State {
    double best = 0;
    bool any = false;
    int64_t waited = 0, cooling = 0;
  };
  const State& state() const { return state_; }
  void set_state(State state) { state_ = state; }

 private:
  Optimizer* optimizer_;
  PlateauOptions options_;
  State state_;
};

}  // namespace lamina::optim

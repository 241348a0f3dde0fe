// The learning rate: a number, or a function of how many steps have been made.
//
//   optim::SGD(model.parameters(), {.lr = 0.1})
//   optim::SGD(model.parameters(), {.lr = optim::CosineSchedule{.lr = 0.1, .steps = 1000, .warmup = 50}})
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>

namespace lamina::optim {

class LearningRate {
 public:
  LearningRate(double rate) : rate_(rate) {}
  template <class F>
    requires(std::is_class_v<F> && std::invocable<const F&, int64_t>)
  LearningRate(F schedule) : schedule_(std::move(schedule)) {}

  // For the step that comes after `steps` others.
  double at(int64_t steps) const { return schedule_ ? schedule_(steps) : rate_; }
  bool is_schedule() const { return static_cast<bool>(schedule_); }

 private:
  double rate_ = 0;
  std::function<double(int64_t)> schedule_;
};

// Rises in equal parts to `lr` over `warmup` steps, then falls to `end` along half a cosine until `steps`.
struct CosineSchedule {
  double lr = 0.1;
  int64_t steps = 1000;
  double end = 0;
  int64_t warmup = 0;
  double operator()(int64_t step) const;
};

// Multiplied by `factor` every `every` steps, after the same warm-up.
struct StepSchedule {
  double lr = 0.1;
  int64_t every = 1000;
  double factor = 0.1;
  int64_t warmup = 0;
  double operator()(int64_t step) const;
};

// Rises in equal parts to `lr` over `warmup` steps and stays there.
struct WarmupSchedule {
  double lr = 0.1;
  int64_t warmup = 100;
  double operator()(int64_t step) const;
};

}  // namespace lamina::optim

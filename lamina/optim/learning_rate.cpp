#include "lamina/optim/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lamina::optim {
namespace {

// 1/n, 2/n, .. 1: the first step moves too.
double warm_up(int64_t step, int64_t warmup) {
  return step < warmup ? static_cast<double>(step + 1) / static_cast<double>(warmup) : 1.0;
}

}  // namespace

double CosineSchedule::operator()(int64_t step) const {
  if (step < warmup) return lr * warm_up(step, warmup);
  double length = static_cast<double>(std::max<int64_t>(steps - warmup, 1));
  double done = std::min(static_cast<double>(step - warmup) / length, 1.0);
  return end + (lr - end) * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

double StepSchedule::operator()(int64_t step) const {
  if (step < warmup) return lr * warm_up(step, warmup);
  return lr * std::pow(factor, static_cast<double>(step / std::max<int64_t>(every, 1)));
}

double WarmupSchedule::operator()(int64_t step) const { return lr * warm_up(step, warmup); }

}  // namespace lamina::optim

#include "lamina/optim/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/optim/limits.h"

namespace lamina::optim {
namespace {

// From a to b along half a cosine.
double half_cosine(double a, double b, double share) {
  return b + (a - b) * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

double ratio(int64_t a, int64_t b) { return static_cast<double>(a) / static_cast<double>(b); }

void check_ascending(const char* owner, const char* name, const std::vector<int64_t>& steps) {
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] >= 0 && (i == 0 || steps[i] > steps[i - 1])) continue;
    throw ValueError(text(owner, ": expected ", name, " to be ascending steps of 0 or more, got ",
                          list_text(steps)));
  }
}

void check_at_least(const char* owner, const char* name, int64_t value, int64_t least) {
  if (value >= least) return;
  throw ValueError(text(owner, ": expected ", name, " to be ", least, " or more, got ", value));
}

void check_count(const char* owner, size_t boundaries, size_t pieces, const char* what) {
  if (pieces == boundaries + 1) return;
  throw ValueError(text(owner, ": expected one of ", what, " more than boundaries, got ", pieces,
                        " and ", boundaries));
}

size_t piece_of(const std::vector<int64_t>& boundaries, int64_t step) {
  return static_cast<size_t>(std::upper_bound(boundaries.begin(), boundaries.end(), step) -
                             boundaries.begin());
}

bool warming(int64_t step, int64_t warmup) { return step < warmup; }

}  // namespace

double MultiStepSchedule::operator()(int64_t step) const {
  if (warming(step, warmup)) return lr * ratio(step + 1, warmup);
  return lr * std::pow(factor, static_cast<double>(piece_of(milestones, step)));
}

double ExponentialSchedule::operator()(int64_t step) const {
  if (warming(step, warmup)) return lr * ratio(step + 1, warmup);
  return lr * std::pow(factor, ratio(step, std::max<int64_t>(every, 1)));
}

double PolynomialSchedule::operator()(int64_t step) const {
  if (warming(step, warmup)) return lr * ratio(step + 1, warmup);
  const int64_t length = std::max<int64_t>(steps - warmup, 1);
  const double left = 1 - std::min(ratio(step - warmup, length), 1.0);
  return end + (lr - end) * std::pow(left, power);
}

double CosineRestartsSchedule::operator()(int64_t step) const {
  if (warming(step, warmup)) return lr * ratio(step + 1, warmup);
  int64_t within = step - warmup, length = std::max<int64_t>(period, 1);
  if (multiply <= 1) return half_cosine(lr, end, ratio(within % length, length));
  while (within >= length) {
    within -= length;
    if (__builtin_mul_overflow(length, multiply, &length)) length = INT64_MAX;
  }
  return half_cosine(lr, end, ratio(within, length));
}

double OneCycleSchedule::operator()(int64_t step) const {
  const double start = lr / start_divisor, last = start / end_divisor;
  const double top = rise * static_cast<double>(steps) - 1;
  const double bottom = static_cast<double>(steps - 1), now = static_cast<double>(step);
  if (now <= top) return half_cosine(start, lr, top > 0 ? now / top : 1);
  return half_cosine(lr, last, bottom > top ? std::min((now - top) / (bottom - top), 1.0) : 1);
}

double PiecewiseSchedule::operator()(int64_t step) const {
  return rates.at(std::min(piece_of(boundaries, step), rates.size() - 1));
}

double ChainedSchedule::operator()(int64_t step) const {
  const size_t piece = std::min(piece_of(boundaries, step), schedules.size() - 1);
  return schedules.at(piece).at(piece == 0 ? step : step - boundaries[piece - 1]);
}

void check(const MultiStepSchedule& s) {
  check_ascending("MultiStepSchedule", "milestones", s.milestones);
  check_number("MultiStepSchedule", "factor", s.factor, 0);
}

void check(const ExponentialSchedule& s) {
  check_number("ExponentialSchedule", "factor", s.factor, 0);
  check_at_least("ExponentialSchedule", "every", s.every, 1);
}

void check(const PolynomialSchedule& s) {
  check_at_least("PolynomialSchedule", "steps", s.steps, 1);
  check_number("PolynomialSchedule", "power", s.power, 0);
}

void check(const CosineRestartsSchedule& s) {
  check_at_least("CosineRestartsSchedule", "period", s.period, 1);
  check_at_least("CosineRestartsSchedule", "multiply", s.multiply, 1);
}

void check(const OneCycleSchedule& s) {
  check_at_least("OneCycleSchedule", "steps", s.steps, 1);
  check_number("OneCycleSchedule", "rise", s.rise, 0, 1);
  check_number("OneCycleSchedule", "start_divisor", s.start_divisor, 1);
  check_number("OneCycleSchedule", "end_divisor", s.end_divisor, 1);
}

void check(const PiecewiseSchedule& s) {
  check_ascending("PiecewiseSchedule", "boundaries", s.boundaries);
  check_count("PiecewiseSchedule", s.boundaries.size(), s.rates.size(), "rates");
}

void check(const ChainedSchedule& s) {
  check_ascending("ChainedSchedule", "boundaries", s.boundaries);
  check_count("ChainedSchedule", s.boundaries.size(), s.schedules.size(), "schedules");
}

}  // namespace lamina::optim

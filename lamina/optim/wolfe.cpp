#include "lamina/optim/wolfe.h"

#include <algorithm>
#include <cmath>

namespace lamina::optim {
namespace {

// The minimum of the cubic through two points with their slopes, within low .. high.
double cubic(const LinePoint& a, const LinePoint& b, double low, double high) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const LinePoint &left = a.step <= b.step ? a : b, &right = a.step <= b.step ? b : a;
  const double share = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  const double place = right.step - (right.step - left.step) * share;
  return std::min(std::max(place, low), high);
}

}  // namespace

WolfeResult strong_wolfe(const LinePoint& start, double step,
                         const std::function<LinePoint(double)>& at, const WolfeOptions& options) {
  auto too_high = [&](const LinePoint& p) {
    return p.loss > start.loss + options.decrease * p.step * start.slope;
  };
  auto flat = [&](const LinePoint& p) {
    return std::abs(p.slope) <= -options.curvature * start.slope;
  };
  LinePoint before = start, now = at(step);
  WolfeResult result{{}, 1};
  int64_t rounds = 0;
  LinePoint bracket[2];
  bool found = false;
  for (; rounds < options.evaluations; ++rounds) {
    const bool high = too_high(now) || (rounds > 1 && now.loss >= before.loss);
    if (!high && flat(now)) return {now, result.evaluations};
    if (high || now.slope >= 0) {
      bracket[0] = before, bracket[1] = now;
      found = true;
      break;
    }
    const double next =
        cubic(before, now, now.step + 0.01 * (now.step - before.step), now.step * 10);
    before = std::move(now);
    now = at(next);
    ++result.evaluations;
  }
  if (!found) bracket[0] = start, bracket[1] = now;

  bool slow = false;
  size_t low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
  while (rounds < options.evaluations) {
    const double least = std::min(bracket[0].step, bracket[1].step);
    const double most = std::max(bracket[0].step, bracket[1].step);
    if ((most - least) * options.longest < options.tolerance_change) break;
    double next = cubic(bracket[0], bracket[1], least, most);
    const double margin = 0.1 * (most - least);  // not forever at one end
    if (std::min(most - next, next - least) < margin) {
      if (slow || next >= most || next <= least) {
        next = std::abs(next - most) < std::abs(next - least) ? most - margin : least + margin;
        slow = false;
      } else {
        slow = true;
      }
    } else {
      slow = false;
    }
    now = at(next);
    ++result.evaluations;
    ++rounds;
    LinePoint &best = bracket[low], &other = bracket[1 - low];
    if (too_high(now) || now.loss >= best.loss) {
      other = now;
      low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
      continue;
    }
    const bool done = flat(now);
    if (!done && now.slope * (other.step - best.step) >= 0) other = best;
    best = now;
    if (done) break;
  }
  result.point = bracket[low];
  return result;
}

}  // namespace lamina::optim

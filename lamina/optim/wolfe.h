// Internal: a step length with the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and
// 3.6), by cubic interpolation.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace lamina::optim {

struct LinePoint {
  double step = 0, loss = 0, slope = 0;  // slope: of the loss along the direction
  std::vector<double> gradient;
};

struct WolfeOptions {
  double decrease = 1e-4, curvature = 0.9, tolerance_change = 1e-9;
  double longest = 1;  // the largest element of the direction
  int64_t evaluations = 25;
};

struct WolfeResult {
  LinePoint point;
  int64_t evaluations = 0;
};

WolfeResult strong_wolfe(const LinePoint& start, double step,
                         const std::function<LinePoint(double)>& at, const WolfeOptions& options);

}  // namespace lamina::optim

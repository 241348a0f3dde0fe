#include "lamina/train/chart_frame.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace lamina::train {
namespace {

// 1, 2 or 5 times a power of ten: about five steps over the span.
double tick_step(double span) {
  const double rough = span / 5, power = std::pow(10, std::floor(std::log10(rough)));
  for (double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

}  // namespace

ChartFrame chart_frame(const std::vector<Line>& lines) {
  ChartFrame frame;
  double low = INFINITY, high = -INFINITY;
  for (const Line& line : lines) {
    frame.epochs = std::max(frame.epochs, static_cast<int64_t>(line.values.size()));
    for (double v : line.values) {
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
    }
  }
  if (!(low <= high)) low = 0, high = 1;
  if (high - low < 1e-12 * std::max(std::abs(high), 1e-300)) low -= 0.5, high += 0.5;
  const double margin = 0.06 * (high - low);
  frame.low = low >= 0 && low - margin < 0 ? 0 : low - margin;
  frame.high = high + margin;
  return frame;
}

std::vector<Tick> value_ticks(const ChartFrame& frame) {
  std::vector<Tick> ticks;
  const double step = tick_step(frame.high - frame.low);
  for (double v = std::ceil(frame.low / step) * step; v <= frame.high; v += step) {
    char label[32];
    std::snprintf(label, sizeof label, "%.4g", std::abs(v) < step / 1e6 ? 0 : v);
    ticks.push_back({frame.y(v), label});
  }
  return ticks;
}

std::vector<Tick> epoch_ticks(const ChartFrame& frame) {
  std::vector<Tick> ticks;
  const auto every = static_cast<int64_t>(
      std::max(1.0, tick_step(static_cast<double>(std::max<int64_t>(frame.epochs, 5)))));
  for (int64_t epoch = 1; epoch <= frame.epochs; ++epoch) {
    if (epoch != 1 && epoch % every != 0) continue;
    if (epoch == 1 && every > 1 && frame.epochs > 1) continue;
    ticks.push_back({frame.x(static_cast<size_t>(epoch - 1)), std::to_string(epoch)});
  }
  return ticks;
}

}  // namespace lamina::train

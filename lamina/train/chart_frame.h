// Internal: where the lines of a chart stand, for pages (svg_chart.h) and pictures (png_chart.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lamina::train {

struct Line {
  std::string name;
  std::vector<double> values;  // one per epoch, from epoch 1 on; others than numbers are gaps
  const char* color;
};

// Of a chart 520 wide and 244 high; y grows downwards.
struct ChartFrame {
  double left = 56, right = 504, top = 34, bottom = 214;
  double low = 0, high = 1;
  int64_t epochs = 1;
  double x(size_t i) const {
    return epochs < 2
               ? (left + right) / 2
               : left + (right - left) * static_cast<double>(i) / static_cast<double>(epochs - 1);
  }
  double y(double value) const { return bottom - (bottom - top) * (value - low) / (high - low); }
};
constexpr int64_t kChartWidth = 520, kChartHeight = 244;

ChartFrame chart_frame(const std::vector<Line>& lines);

struct Tick {
  double place;
  std::string label;
};
std::vector<Tick> value_ticks(const ChartFrame& frame);  // on the left, by y
std::vector<Tick> epoch_ticks(const ChartFrame& frame);  // below, by x

}  // namespace lamina::train

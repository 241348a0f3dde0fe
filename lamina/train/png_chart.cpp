#include "lamina/train/png_chart.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/train/chart_frame.h"
#include "lamina/train/raster.h"

namespace lamina::train {
namespace {

constexpr double kScale = 2;
constexpr Raster::Color kInk{29, 36, 48}, kSoft{93, 104, 120}, kGrid{223, 228, 234};
constexpr Raster::Color kTraining{37, 99, 235}, kValidation{220, 90, 30};
constexpr size_t kMostDots = 60;  // epochs up to which each value is marked

struct Curve {
  Line line;
  Raster::Color color;
};

struct Chart {
  std::string title;
  std::vector<Curve> curves;
};

std::vector<Chart> charts_of(
    const std::vector<std::pair<std::string, std::vector<double>>>& series) {
  std::vector<Chart> charts;
  for (const auto& [name, values] : series) {
    if (name.starts_with("val_")) continue;
    Chart chart{name, {{{"training", values, ""}, kTraining}}};
    for (const auto& [other, of] : series) {
      if (other == "val_" + name) chart.curves.push_back({{"validation", of, ""}, kValidation});
    }
    charts.push_back(std::move(chart));
  }
  return charts;
}

void draw_curve(Raster& raster, const ChartFrame& frame, const Curve& curve, double left,
                double top) {
  const std::vector<double>& values = curve.line.values;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const double x = left + kScale * frame.x(i), y = top + kScale * frame.y(values[i]);
    if (values.size() <= kMostDots) raster.disc(x, y, 2.5 * kScale, curve.color);
    if (i + 1 == values.size() || !std::isfinite(values[i + 1])) continue;
    raster.line(x, y, left + kScale * frame.x(i + 1), top + kScale * frame.y(values[i + 1]),
                2 * kScale, curve.color);
  }
}

void draw(Raster& raster, const Chart& chart, double left, double top) {
  using Anchor = Raster::Anchor;
  std::vector<Line> lines;
  for (const Curve& curve : chart.curves) lines.push_back(curve.line);
  const ChartFrame frame = chart_frame(lines);
  const auto x = [&](double v) { return left + kScale * v; };
  const auto y = [&](double v) { return top + kScale * v; };
  raster.text(x(frame.left), y(20), chart.title, Anchor::Start, 3, kInk);
  double legend = x(frame.right);
  for (size_t k = chart.curves.size(); k-- > 0;) {
    const Curve& curve = chart.curves[k];
    raster.text(legend, y(19), curve.line.name, Anchor::End, 2, kSoft);
    legend -= 12.0 * static_cast<double>(curve.line.name.size()) + 12;
    raster.disc(legend, y(19) - 7, 4 * kScale, curve.color);
    legend -= 24;
  }
  for (const Tick& tick : value_ticks(frame)) {
    raster.line(x(frame.left), y(tick.place), x(frame.right), y(tick.place), 1, kGrid);
    raster.text(x(frame.left - 8), y(tick.place) + 7, tick.label, Anchor::End, 2, kSoft);
  }
  for (const Tick& tick : epoch_ticks(frame)) {
    raster.text(x(tick.place), y(frame.bottom + 18), tick.label, Anchor::Middle, 2, kSoft);
  }
  for (const Curve& curve : chart.curves) draw_curve(raster, frame, curve, left, top);
}

}  // namespace

io::Picture chart_picture(const std::vector<std::pair<std::string, std::vector<double>>>& series) {
  const std::vector<Chart> charts = charts_of(series);
  if (charts.empty()) throw ValueError("plot: there is no epoch to show yet");
  const size_t columns = charts.size() == 1 ? 1 : 2, rows = (charts.size() + columns - 1) / columns;
  const double width = kScale * static_cast<double>(kChartWidth),
               height = kScale * static_cast<double>(kChartHeight);
  Raster raster(static_cast<int64_t>(width * static_cast<double>(columns)),
                static_cast<int64_t>(height * static_cast<double>(rows)));
  for (size_t i = 0; i < charts.size(); ++i) {
    draw(raster, charts[i], width * static_cast<double>(i % columns),
         height * static_cast<double>(i / columns));
  }
  return raster.picture();
}

}  // namespace lamina::train

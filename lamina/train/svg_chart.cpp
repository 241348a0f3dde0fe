#include "lamina/train/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "lamina/train/chart_frame.h"

namespace lamina::train {
namespace {

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, pattern, values...);
  return buffer;
}

std::string grid(const ChartFrame& f) {
  std::string out;
  for (const Tick& tick : value_ticks(f)) {
    out += format("<line class=g x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f'/>", f.left, f.right,
                  tick.place, tick.place);
    out += format("<text x='%.1f' y='%.1f' text-anchor=end>", f.left - 8, tick.place + 4) +
           tick.label + "</text>";
  }
  for (const Tick& tick : epoch_ticks(f)) {
    out += format("<text x='%.1f' y='%.1f' text-anchor=middle>", tick.place, f.bottom + 18) +
           tick.label + "</text>";
  }
  return out;
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string line_chart(const std::string& title, const std::vector<Line>& lines) {
  const ChartFrame frame = chart_frame(lines);
  std::string out = "<svg viewBox='0 0 520 244' role=img>";
  out += format("<text class=t x='%.0f' y='18'>", frame.left) + escaped(title) + "</text>";
  double legend = frame.right;
  for (size_t k = lines.size(); k-- > 0;) {
    out += format("<text x='%.0f' y='18' text-anchor=end>", legend) + escaped(lines[k].name) +
           "</text>";
    legend -= 7.0 * static_cast<double>(lines[k].name.size()) + 6;
    out += format("<circle cx='%.0f' cy='14' r='4' style='fill:%s'/>", legend, lines[k].color);
    legend -= 16;
  }
  out += grid(frame);
  for (const Line& line : lines) {
    std::string path, dots;
    bool pen = false;
    for (size_t i = 0; i < line.values.size(); ++i) {
      if (!std::isfinite(line.values[i])) {
        pen = false;
        continue;
      }
      const double x = frame.x(i), y = frame.y(line.values[i]);
      path += format("%c%.1f %.1f", pen ? 'L' : 'M', x, y);
      pen = true;
      if (line.values.size() <= 60) {
        dots += format(
            "<circle cx='%.1f' cy='%.1f' r='2.5' style='fill:%s'><title>epoch %zu: %.5g</title>"
            "</circle>",
            x, y, line.color, i + 1, line.values[i]);
      }
    }
    out += format("<path fill=none stroke-width=2 style='stroke:%s' d='", line.color) + path +
           "'/>" + dots;
  }
  return out + "</svg>";
}

std::string confusion_chart(const std::vector<int64_t>& counts,
                            const std::vector<std::string>& classes) {
  const size_t n = classes.size();
  const double cell = std::max(14.0, std::min(44.0, 440.0 / static_cast<double>(n)));
  size_t longest = 1;
  for (const std::string& name : classes)
    longest = std::max(longest, std::min<size_t>(name.size(), 18));
  const double left = 30 + 7.2 * static_cast<double>(longest), top = 34;
  const double side = cell * static_cast<double>(n);
  std::string out = format("<svg viewBox='0 0 %.0f %.0f' style='max-width:%.0fpx' role=img>",
                           left + side + 10, top + side + 40, left + side + 10);
  out += format("<text class=t x='%.0f' y='18'>true class in the row, answer in the column</text>",
                left);
  for (size_t row = 0; row < n; ++row) {
    int64_t total = 0;
    for (size_t c = 0; c < n; ++c) total += counts[row * n + c];
    const double y = top + cell * static_cast<double>(row);
    out += format("<text x='%.0f' y='%.1f' text-anchor=end>", left - 8, y + cell / 2 + 4) +
           escaped(classes[row].substr(0, 18)) + "</text>";
    for (size_t c = 0; c < n; ++c) {
      const int64_t count = counts[row * n + c];
      const double share = total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
      const double x = left + cell * static_cast<double>(c);
      const char* color = row == c ? "var(--a)" : "var(--b)";
      // Small shares of wrong answers are what one looks for: they must be seen.
      const double strength = count == 0 ? 0 : 0.12 + 0.88 * std::sqrt(share);
      out += format(
                 "<rect class=c x='%.1f' y='%.1f' width='%.1f' height='%.1f' style='fill:%s' "
                 "fill-opacity='%.3f'><title>",
                 x, y, cell - 1, cell - 1, color, strength) +
             escaped(classes[row]) + " as " + escaped(classes[c]) +
             format(": %lld</title></rect>", static_cast<long long>(count));
      if (count > 0 && cell >= 22) {
        out += format("<text class=%s x='%.1f' y='%.1f' text-anchor=middle>%lld</text>",
                      strength > 0.6 ? "w" : "n", x + cell / 2, y + cell / 2 + 4,
                      static_cast<long long>(count));
      }
    }
  }
  for (size_t c = 0; c < n; ++c) {
    out += format("<text x='%.1f' y='%.1f' text-anchor=middle>",
                  left + cell * (static_cast<double>(c) + 0.5), top + side + 16) +
           escaped(classes[c].substr(0, static_cast<size_t>(std::max(1.0, cell / 7)))) + "</text>";
  }
  return out + "</svg>";
}

}  // namespace lamina::train

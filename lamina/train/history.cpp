#include "lamina/train/history.h"

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/io/atomic_write.h"
#include "lamina/io/png_encode.h"
#include "lamina/train/png_chart.h"

namespace lamina::train {

const std::vector<double>& History::at(std::string_view name) const {
  for (const auto& [key, values] : series_) {
    if (key == name) return values;
  }
  throw KeyError(text("History: there is no '", name, "'"))
      .help(text("one of ", list_text(names())));
}

std::vector<std::string> History::names() const {
  std::vector<std::string> names;
  for (const Series& series : series_) names.push_back(series.first);
  return names;
}

void History::add(const Logs& logs) {
  for (const auto& [name, value] : logs) {
    auto found = std::find_if(series_.begin(), series_.end(),
                              [&name = name](const Series& s) { return s.first == name; });
    if (found == series_.end()) found = series_.insert(series_.end(), {name, {}});
    found->second.push_back(value);
  }
  ++epochs_;
}

void History::plot(const std::string& path) const {
  io::atomic_write(path, io::encode_png(chart_picture(series_)));
}

void History::restore(std::vector<Series> series, int64_t epochs) {
  series_ = std::move(series);
  epochs_ = epochs;
}

}  // namespace lamina::train

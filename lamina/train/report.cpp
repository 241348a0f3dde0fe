#include "lamina/train/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "lamina/base/text.h"
#include "lamina/base/version.h"
#include "lamina/core/allocator.h"
#include "lamina/data/permutation.h"
#include "lamina/io/atomic_write.h"
#include "lamina/op/recording.h"
#include "lamina/train/trainer.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {
namespace {

constexpr int64_t kMostClasses = 100, kBatch = 256;

std::string fixed(const char* pattern, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, pattern, value);
  return buffer;
}

// Row `i` of pictures [N, channels, height, width], spread to 0 .. 255 over its own values.
io::Picture picture_of(const Array& x, const std::vector<double>& values, size_t i) {
  if (x.ndim() != 4 || (x.shape(1) != 1 && x.shape(1) != 3)) return {};
  if (x.shape(2) > 512 || x.shape(3) > 512 || x.shape(2) < 2) return {};
  io::Picture picture{x.shape(3), x.shape(2), x.shape(1), {}};
  const auto plane = static_cast<size_t>(picture.width * picture.height);
  const auto channels = static_cast<size_t>(picture.channels);
  const double* first = values.data() + i * plane * channels;
  const auto [low, high] = std::minmax_element(first, first + plane * channels);
  const double span = *high > *low ? *high - *low : 1;
  for (size_t p = 0; p < plane; ++p) {
    for (size_t c = 0; c < channels; ++c) {
      picture.pixels.push_back(
          static_cast<uint8_t>(std::lround((first[c * plane + p] - *low) / span * 255)));
    }
  }
  return picture;
}

// The largest of a row of scores, and its share by softmax.
std::pair<int64_t, double> best_of(const double* scores, size_t classes) {
  const double* best = std::max_element(scores, scores + classes);
  double total = 0;
  for (size_t c = 0; c < classes; ++c) total += std::exp(scores[c] - *best);
  return {best - scores, 1 / total};
}

}  // namespace

void Report::on_train_begin() {
  seconds_.clear();
  timer_.restart();
  reset_peak_memory();
}

void Report::on_epoch_begin(int64_t) { epoch_timer_.restart(); }
void Report::on_epoch_end(int64_t, const Logs&) { seconds_.push_back(epoch_timer_.seconds()); }

// The confusion matrix and the wrong answers of which the network was most sure.
void Report::look_at_validation(ReportContent& content) {
  const data::DatasetHandle data = trainer().validation_data().dataset();
  if (!data) return;
  const EvaluationMode mode(trainer().module());
  const NoGrad no_grad;
  size_t classes = 0;
  for (int64_t first = 0; first < data->size(); first += kBatch) {
    std::vector<int64_t> numbers;
    for (int64_t i = first; i < std::min(first + kBatch, data->size()); ++i) numbers.push_back(i);
    const auto [x, y] = data->get(numbers);
    if (!x) continue;  // none of these could be read
    const Array prediction = trainer().module()(x);
    if (prediction.ndim() != 2 || y.ndim() != 1 || is_floating(y.dtype())) return;
    if (prediction.shape(1) > kMostClasses || prediction.shape(1) < 2) return;
    classes = static_cast<size_t>(prediction.shape(1));
    content.confusion.resize(classes * classes);
    const std::vector<double> scores = prediction.to_vector<double>();
    const std::vector<int64_t> expected = y.to_vector<int64_t>();
    std::vector<double> values;
    for (size_t i = 0; i < expected.size(); ++i) {
      const auto [got, certainty] = best_of(scores.data() + i * classes, classes);
      ++content.confusion[static_cast<size_t>(expected[i]) * classes + static_cast<size_t>(got)];
      if (got == expected[i]) continue;
      const auto place =
          std::find_if(content.wrong.begin(), content.wrong.end(),
                       [c = certainty](const WrongExample& w) { return c > w.certainty; });
      if (place - content.wrong.begin() >= options_.wrongest) continue;
      if (values.empty()) values = x.to_vector<double>();
      content.wrong.insert(place,
                           {numbers[i], expected[i], got, certainty, picture_of(x, values, i)});
      if (static_cast<int64_t>(content.wrong.size()) > options_.wrongest) content.wrong.pop_back();
    }
  }
  for (size_t c = 0; c < classes; ++c) {
    content.classes.push_back(c < options_.classes.size() ? options_.classes[c] : text(c));
  }
}

void Report::on_train_end() {
  ReportContent content;
  content.title = options_.title;
  content.model = to_string(trainer().module());
  content.seconds = seconds_;
  content.series = trainer().history().series();
  look_at_validation(content);
  const double total = timer_.seconds();
  content.facts = {
      {"parameters", text(trainer().module().parameter_count())},
      {"optimizer",
       text(trainer().optimizer().kind(), ", ", trainer().optimizer().steps(), " steps")},
      {"epochs", text(trainer().history().epochs())},
      {"time", fixed("%.1f s", total)},
      {"peak memory", fixed("%.1f MiB", static_cast<double>(memory_statistics().peak) / 1048576)},
      {"Lamina", version()},
  };
  for (const auto& [name, values] : content.series) {
    if (!values.empty()) content.facts.emplace_back(name, fixed("%.4g", values.back()));
  }
  io::atomic_write(path_, report_page(content));
}

}  // namespace lamina::train

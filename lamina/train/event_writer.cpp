#include "lamina/train/event_writer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/io/event_file.h"
#include "lamina/io/png_encode.h"
#include "lamina/train/event_graph.h"

namespace lamina::train {
namespace {

using io::ProtoMessage;

// One value in a summary, which is an event's fifth field.
void write_value(io::EventFile& file, int64_t step, const ProtoMessage& value) {
  ProtoMessage summary;
  summary.message(1, value);
  file.write(step, 5, summary.bytes());
}

// What tells TensorBoard which of its pages shows a value.
ProtoMessage metadata(std::string_view plugin, const ProtoMessage& content) {
  ProtoMessage data, meta;
  data.text(1, plugin).message(2, content);
  meta.message(1, data);
  return meta;
}

ProtoMessage shape_message(std::initializer_list<int64_t> sizes) {
  ProtoMessage shape;
  for (int64_t size : sizes) shape.message(2, ProtoMessage().integer(1, size));
  return shape;
}

// Limits that grow by a tenth from 1e-12 to 1e20, of both signs, as TensorFlow's are.
const std::vector<double>& bucket_limits() {
  static const std::vector<double> limits = [] {
    std::vector<double> positive, all;
    for (double v = 1e-12; v < 1e20; v *= 1.1) positive.push_back(v);
    for (size_t i = positive.size(); i-- > 0;) all.push_back(-positive[i]);
    all.push_back(0);
    all.insert(all.end(), positive.begin(), positive.end());
    all.push_back(std::numeric_limits<double>::max());
    return all;
  }();
  return limits;
}

ProtoMessage histogram(const std::vector<double>& values) {
  const std::vector<double>& limits = bucket_limits();
  std::vector<double> counts(limits.size(), 0.0);
  double least = std::numeric_limits<double>::infinity(), most = -least, sum = 0, squares = 0;
  double number = 0;
  for (double v : values) {
    if (!std::isfinite(v)) continue;
    const auto place = std::lower_bound(limits.begin(), limits.end(), v);
    ++counts[static_cast<size_t>(place - limits.begin())];
    least = std::min(least, v), most = std::max(most, v);
    sum += v, squares += v * v, ++number;
  }
  if (number == 0) least = most = 0;
  std::vector<double> kept_limits, kept_counts;  // without the empty ends
  for (size_t i = 0; i < counts.size(); ++i) {
    const bool near = counts[i] > 0 || (i + 1 < counts.size() && counts[i + 1] > 0);
    if (!near && kept_limits.empty()) continue;
    kept_limits.push_back(limits[i]);
    kept_counts.push_back(counts[i]);
  }
  while (kept_counts.size() > 1 && kept_counts.back() == 0) {
    kept_counts.pop_back();
    kept_limits.pop_back();
  }
  if (kept_counts.empty()) kept_limits = {1}, kept_counts = {0};
  ProtoMessage histo;
  histo.float64(1, least).float64(2, most).float64(3, number).float64(4, sum).float64(5, squares);
  histo.packed<double>(6, kept_limits).packed<double>(7, kept_counts);
  return histo;
}

io::Picture picture_of(const Array& image) {
  const int rank = image.ndim();
  const int64_t channels = rank == 3 ? image.shape(0) : 1;
  if (rank < 2 || rank > 3 || (channels != 1 && channels != 3) || image.size() == 0) {
    throw ShapeError("add_image: expected [height, width], [1, height, width] or [3, ..]")
        .detail("image", describe(image));
  }
  const double scale = image.dtype() == uint8 ? 1 : 255;
  const std::vector<double> values = image.to_vector<double>();
  io::Picture picture{image.shape(-1), image.shape(-2), channels, {}};
  const auto plane = static_cast<size_t>(picture.width * picture.height);
  for (size_t i = 0; i < plane; ++i) {
    for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
      const double v = values[c * plane + i] * scale;
      picture.pixels.push_back(static_cast<uint8_t>(std::lround(v > 0 ? std::min(v, 255.0) : 0.0)));
    }
  }
  return picture;
}

}  // namespace

EventWriter::EventWriter(const std::string& folder)
    : file_(std::make_unique<io::EventFile>(folder)) {}
EventWriter::~EventWriter() = default;
EventWriter::EventWriter(EventWriter&&) noexcept = default;
EventWriter& EventWriter::operator=(EventWriter&&) noexcept = default;

void EventWriter::flush() { file_->flush(); }
const std::string& EventWriter::path() const { return file_->path(); }

void EventWriter::add_scalar(std::string_view tag, double value, int64_t step) {
  write_value(*file_, step, ProtoMessage().text(1, tag).float32(2, static_cast<float>(value)));
}

void EventWriter::add_histogram(std::string_view tag, const Array& values, int64_t step) {
  write_value(*file_, step,
              ProtoMessage().text(1, tag).message(5, histogram(values.to_vector<double>())));
}

void EventWriter::add_image(std::string_view tag, const Array& image, int64_t step) {
  const io::Picture picture = picture_of(image);
  const std::string png = io::encode_png(picture);
  ProtoMessage content;
  content.integer(1, picture.height).integer(2, picture.width).integer(3, picture.channels);
  content.text(4, png);
  write_value(*file_, step, ProtoMessage().text(1, tag).message(4, content));
}

void EventWriter::add_text(std::string_view tag, std::string_view text, int64_t step) {
  ProtoMessage tensor;
  tensor.integer(1, 7).message(2, shape_message({1})).text(8, text);  // 7: a string
  write_value(*file_, step,
              ProtoMessage()
                  .text(1, lamina::text(tag, "/text_summary"))
                  .message(8, tensor)
                  .message(9, metadata("text", {})));
}

void EventWriter::add_pr_curve(std::string_view tag, const Array& targets,
                               const Array& probabilities, int64_t step, int64_t thresholds) {
  const std::vector<double> is = targets.to_vector<double>(), p = probabilities.to_vector<double>();
  if (is.size() != p.size() || thresholds < 2) {
    throw ShapeError(
        "add_pr_curve: expected targets and probabilities of one size, and two "
        "thresholds or more")
        .detail("targets", describe(targets))
        .detail("probabilities", describe(probabilities))
        .detail("thresholds", lamina::text(thresholds));
  }
  const auto count = static_cast<size_t>(thresholds);
  std::vector<float> rows(6 * count);  // tp, fp, tn, fn, precision, recall
  for (size_t t = 0; t < count; ++t) {
    const double place = static_cast<double>(t) / static_cast<double>(count - 1);
    double tp = 0, fp = 0, tn = 0, fn = 0;
    for (size_t i = 0; i < p.size(); ++i) {
      const bool said = p[i] >= place;
      (is[i] != 0 ? (said ? tp : fn) : (said ? fp : tn)) += 1;
    }
    const double all[] = {
        tp, fp, tn, fn, tp / std::max(tp + fp, 1e-7), tp / std::max(tp + fn, 1e-7)};
    for (size_t row = 0; row < 6; ++row) rows[row * count + t] = static_cast<float>(all[row]);
  }
  ProtoMessage tensor, content;
  tensor.integer(1, 1).message(2, shape_message({6, thresholds}));  // 1: float32
  tensor.packed<float>(5, rows);
  content.integer(2, thresholds);
  write_value(
      *file_, step,
      ProtoMessage().text(1, tag).message(8, tensor).message(9, metadata("pr_curves", content)));
}

namespace {

void write_hparams(io::EventFile& file, std::string_view tag, const ProtoMessage& content) {
  ProtoMessage tensor;
  tensor.integer(1, 1).message(2, shape_message({0}));  // of no numbers: the content says it all
  write_value(
      file, 0,
      ProtoMessage().text(1, tag).message(8, tensor).message(9, metadata("hparams", content)));
}

}  // namespace

void EventWriter::add_hparams(const HParams& hparams, const std::vector<std::string>& metrics) {
  write_hparams(*file_, "_hparams_/experiment", hparams_experiment(hparams, metrics));
  write_hparams(*file_, "_hparams_/session_start_info", hparams_start(hparams));
}

void EventWriter::end_hparams(bool success) {
  write_hparams(*file_, "_hparams_/session_end_info", hparams_end(success));
}

void EventWriter::add_graph(nn::Module& module, const InputSpec& input) {
  file_->write(0, 4, graph_message(module, input));
}

}  // namespace lamina::train

#include "lamina/data/image_records.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/io/errors.h"
#include "lamina/io/lmdb.h"
#include "lamina/io/recordio.h"
#include "lamina/io/tfrecord.h"

namespace lamina::data {

namespace {

const io::TfFeature& feature(const io::TfExample& example, const std::string& key,
                             const std::string& name) {
  const auto found = example.find(key);
  if (found != example.end()) return found->second;
  std::string names;
  for (const auto& [there, value] : example) names += (names.empty() ? "" : ", ") + there;
  throw io::bad_file(name, 0, "example", text("features ", names), text("a feature ", key),
                     "say which features hold the picture and the label");
}

io::Picture from_planes(const io::CaffeDatum& datum) {
  io::Picture picture{datum.width, datum.height, datum.channels, {}};
  picture.pixels.resize(datum.bytes.size());
  const auto channels = static_cast<size_t>(datum.channels);
  const size_t plane = channels ? datum.bytes.size() / channels : 0;
  for (size_t c = 0; c < channels; ++c) {  // Caffe's order is blue, green, red
    const size_t to = channels == 3 ? 2 - c : c;
    for (size_t i = 0; i < plane; ++i) {
      picture.pixels[i * channels + to] = std::to_integer<uint8_t>(datum.bytes[c * plane + i]);
    }
  }
  return picture;
}

}  // namespace

ImageRecords::ImageRecords(const std::string& path, ImageOptions options, RecordKeys keys)
    : ImageDataset(std::move(options)), records_(io::open_records(path)), keys_(std::move(keys)) {
  if (records_->format() == "lines") {
    throw FileError(text(path, ": lines of text are not pictures")).detail("file", path);
  }
  labels_.reserve(static_cast<size_t>(size()));
  for (int64_t i = 0; i < size(); ++i) labels_.push_back(read_label(i));
}

std::string ImageRecords::name(int64_t index) const {
  return text(records_->path(), " record ", index);
}

int64_t ImageRecords::read_label(int64_t index) const {
  const io::Record record = records_->at(index);
  if (records_->format() == "lmdb") return io::parse_caffe_datum(record.bytes, name(index)).label;
  if (records_->format() == "tfrecord") {
    const io::TfExample example = io::parse_tf_example(record.bytes, name(index));
    const io::TfFeature& label = feature(example, keys_.label, name(index));
    if (label.integers.size() == 1) return label.integers[0];
    throw io::bad_file(name(index), 0, keys_.label, text(label.integers.size(), " integers"), "one",
                       "");
  }
  const io::ImageRecord image = io::parse_image_record(record.bytes, name(index));
  const float label = image.labels.empty() ? -1 : image.labels[0];
  if (!(label >= 0 && label < 1e9f && label == std::floor(label))) {
    throw io::bad_file(name(index), 4, "label", text(label), "a whole number that is not negative",
                       "");
  }
  return static_cast<int64_t>(label);
}

EncodedImage ImageRecords::encoded(int64_t index) const {
  EncodedImage image;
  image.name = name(index);
  io::Record record = records_->at(index);
  if (records_->format() == "tfrecord") {
    const io::TfExample example = io::parse_tf_example(record.bytes, image.name);
    const io::TfFeature& picture = feature(example, keys_.image, image.name);
    if (picture.strings.size() != 1) {
      throw io::bad_file(image.name, 0, keys_.image, text(picture.strings.size(), " strings"),
                         "one", "");
    }
    const auto bytes = std::as_bytes(std::span(picture.strings[0]));
    image.owned.assign(bytes.begin(), bytes.end());
    image.bytes = image.owned;
    return image;
  }
  if (records_->format() == "lmdb") {
    const io::CaffeDatum datum = io::parse_caffe_datum(record.bytes, image.name);
    image.bytes = datum.bytes;
    if (!datum.encoded) {
      if ((datum.channels != 1 && datum.channels != 3) || datum.bytes.empty()) {
        throw io::bad_file(image.name, 0, "Datum", text(datum.channels, " channels"), "1 or 3", "");
      }
      image.picture = from_planes(datum);
    }
  } else {
    image.bytes = io::parse_image_record(record.bytes, image.name).bytes;
  }
  image.owned = std::move(record.owned);  // `bytes` may point into it; moving keeps the memory
  return image;
}

}  // namespace lamina::data

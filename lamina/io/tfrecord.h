// TFRecord, TensorFlow's files of records, and the examples (tf.train.Example) that they mostly hold.
//
//   TfRecordFile file("train.tfrecord");
//   TfExample example = parse_tf_example(file.at(0).bytes, file.path());
//   example.at("image/class/label").integers[0];
//
// Each record: length (8 bytes), masked crc32c of the length, bytes, masked crc32c of the bytes.
// Lengths are checked when the file is opened, bytes when they are read.
#pragma once

#include <map>

#include "lamina/io/file.h"
#include "lamina/io/records.h"

namespace lamina::io {

class TfRecordFile : public RecordFile {
 public:
  explicit TfRecordFile(const std::string& path);
  int64_t size() const override { return static_cast<int64_t>(starts_.size()); }
  Record at(int64_t number) const override;
  const std::string& path() const override { return file_.path(); }
  std::string_view format() const override { return "tfrecord"; }

 private:
  MappedFile file_;
  std::vector<uint64_t> starts_;
};

struct TfFeature {  // one of the three has values
  std::vector<std::string> strings;
  std::vector<float> numbers;
  std::vector<int64_t> integers;
};
using TfExample = std::map<std::string, TfFeature, std::less<>>;

TfExample parse_tf_example(std::span<const std::byte> bytes, std::string_view source);

// Writes such a file; for tests and for converting data.
void write_tfrecords(const std::string& path, std::span<const std::string> records);

}  // namespace lamina::io

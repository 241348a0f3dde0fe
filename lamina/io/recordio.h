// RecordIO, MXNet's files of records, with the header that its image files put before each picture.
//
//   RecordIoFile file("train.rec");
//   Record record = file.at(0);
//   ImageRecord image = parse_image_record(record.bytes, file.path());   // image.label, image.bytes
//
// Each part: the magic number, 3 bits that say whether it is a whole record or its first, middle or
// last part, 29 bits of length, the bytes, zeros up to a multiple of 4. A record is cut where its bytes
// hold the magic number; it is put together again here.
#pragma once

#include "lamina/io/file.h"
#include "lamina/io/records.h"

namespace lamina::io {

class RecordIoFile : public RecordFile {
 public:
  explicit RecordIoFile(const std::string& path);
  int64_t size() const override { return static_cast<int64_t>(starts_.size()); }
  Record at(int64_t number) const override;
  const std::string& path() const override { return file_.path(); }
  std::string_view format() const override { return "recordio"; }

 private:
  MappedFile file_;
  std::vector<uint64_t> starts_;
};

struct ImageRecord {
  std::vector<float> labels;
  uint64_t id = 0;
  std::span<const std::byte> bytes;  // the encoded picture
};
ImageRecord parse_image_record(std::span<const std::byte> bytes, std::string_view source);

}  // namespace lamina::io

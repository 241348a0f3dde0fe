// Event files: records of a length, its checksum, bytes and their checksum, as TensorFlow's
// TFRecordWriter writes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lamina/io/protobuf.h"

namespace lamina::io {

class EventFile {
 public:
  explicit EventFile(const std::string& folder);
  ~EventFile();
  EventFile(const EventFile&) = delete;

  // One event: the field of `content` in event.proto (5: a summary), stamped with the time.
  void write(int64_t step, uint32_t field, std::string_view content);
  void flush();  // FileError when the disk does not take what was written
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int descriptor_ = -1;
  std::string buffer_;
};

// CRC-32C, rotated and moved: a checksum of bytes that hold checksums says nothing otherwise.
uint32_t masked_crc32c(std::string_view bytes);

}  // namespace lamina::io

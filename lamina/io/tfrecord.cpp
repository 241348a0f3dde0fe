#include "lamina/io/tfrecord.h"

#include "lamina/io/atomic_write.h"
#include "lamina/io/bytes.h"
#include "lamina/io/crc32c.h"
#include "lamina/io/errors.h"

namespace lamina::io {

namespace {

constexpr uint64_t kHead = 12, kFrame = 16;  // before the bytes; before and after them
constexpr std::string_view kHelp = "the file is truncated, damaged or not a TFRecord file";

// So that a checksum of data that holds checksums is still a good one.
uint32_t masked_crc(Bytes bytes) {
  const uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

}  // namespace

TfRecordFile::TfRecordFile(const std::string& path) : file_(path) {
  const Bytes bytes = file_.bytes();
  for (uint64_t at = 0; at < bytes.size();) {
    const uint64_t left = bytes.size() - at;
    const std::string record = text("record ", starts_.size());
    if (left < kFrame) {
      throw bad_file(path, at, record, text(left, " bytes"), text("at least ", kFrame, " bytes"),
                     std::string(kHelp));
    }
    const auto length = load<uint64_t>(bytes, at);
    const uint32_t crc = load<uint32_t>(bytes, at + 8), expected = masked_crc(bytes.subspan(at, 8));
    if (crc != expected) {
      throw bad_file(path, at + 8, text("checksum of the length of ", record), hex(crc),
                     hex(expected), std::string(kHelp));
    }
    if (length > left - kFrame) {
      throw bad_file(path, at, text("length of ", record), text(length, " bytes"),
                     text("at most the ", left - kFrame, " bytes that follow"), std::string(kHelp));
    }
    starts_.push_back(at);
    at += kFrame + length;
  }
}

Record TfRecordFile::at(int64_t number) const {
  check_number(number);
  const uint64_t start = starts_[static_cast<size_t>(number)];
  const Bytes all = file_.bytes();
  const auto length = load<uint64_t>(all, start);
  Record record;
  record.bytes = all.subspan(start + kHead, length);
  const auto crc = load<uint32_t>(all, start + kHead + length);
  const uint32_t expected = masked_crc(record.bytes);
  if (crc != expected) {
    throw bad_file(path(), start + kHead, text("checksum of record ", number), hex(crc),
                   hex(expected), std::string(kHelp));
  }
  return record;
}

void write_tfrecords(const std::string& path, std::span<const std::string> records) {
  std::vector<std::byte> out;
  for (const std::string& record : records) {
    const size_t start = out.size();
    store<uint64_t>(out, record.size());
    store<uint32_t>(out, masked_crc(Bytes(out).subspan(start, 8)));
    const Bytes bytes = as_bytes(record);
    out.insert(out.end(), bytes.begin(), bytes.end());
    store<uint32_t>(out, masked_crc(bytes));
  }
  atomic_write(path, Bytes(out));
}

}  // namespace lamina::io

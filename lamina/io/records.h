// Records: files that hold a sequence of byte strings, opened for reading in any order.
//
//   std::unique_ptr<RecordFile> file = open_records("train.tfrecord");
//   file->size();
//   Record record = file->at(7);     // record.bytes points into the file or into record.owned
//
// The formats: TFRecord (tfrecord.h), MXNet's RecordIO (recordio.h), LMDB (lmdb.h), lines of text
// (lines.h). Opening walks the file once and keeps where each record begins; what is wrong with
// the frame of any record is said then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

struct Record {
  std::string key;  // where the format has one
  std::span<const std::byte> bytes;
  std::vector<std::byte> owned;

  Record() = default;
  Record(Record&&) = default;  // `bytes` stays valid; do not copy
  Record& operator=(Record&&) = default;
};

class RecordFile {
 public:
  virtual ~RecordFile() = default;
  virtual int64_t size() const = 0;
  // 0 <= number < size(), else IndexError. Any number of threads may call it at once.
  virtual Record at(int64_t number) const = 0;
  virtual const std::string& path() const = 0;
  virtual std::string_view format() const = 0;  // "tfrecord", "recordio", "lmdb", "lines"

 protected:
  void check_number(int64_t number) const;
};

// Whether open_records(path) can tell the format.
bool tells_records(const std::string& path);

// format "auto" goes by the file's name: .tfrecord, .tfrecords; .rec, .recordio; .mdb, .lmdb or a folder
// with a data.mdb; .txt, .jsonl. FileError lists them for anything else.
std::unique_ptr<RecordFile> open_records(const std::string& path, std::string_view format = "auto");

}  // namespace lamina::io

// LMDB environments (data.mdb), read without LMDB: Caffe's and others' data sets.
//
//   LmdbFile file("mnist_train_lmdb");       // the folder, or its data.mdb
//   Record record = file.at(0);              // record.key, record.bytes; in the order of the keys
//
// LMDB itself trusts the file that it maps: damage ends the process. This reader walks the tree of
// the last committed transaction once, with every page and offset checked, and keeps where the
// entries are. It takes no lock: nobody may write meanwhile. Of the main database only; entries with
// several values under a key are refused.
#pragma once

#include "lamina/io/file.h"
#include "lamina/io/records.h"

namespace lamina::io {

class LmdbFile : public RecordFile {
 public:
  explicit LmdbFile(const std::string& path);
  int64_t size() const override { return static_cast<int64_t>(nodes_.size()); }
  Record at(int64_t number) const override;
  const std::string& path() const override { return file_.path(); }
  std::string_view format() const override { return "lmdb"; }

 private:
  MappedFile file_;
  uint64_t page_size_ = 0;
  std::vector<uint64_t> nodes_;  // offsets of the entries
};

// What Caffe keeps under each key.
struct CaffeDatum {
  int64_t channels = 0, height = 0, width = 0, label = 0;
  bool encoded = false;  // `bytes` is a picture file instead of [channels, height, width]
  std::span<const std::byte> bytes;
};
CaffeDatum parse_caffe_datum(std::span<const std::byte> bytes, std::string_view source);

}  // namespace lamina::io

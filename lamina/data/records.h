// Records: a file that holds a sequence of byte strings.
//
//   data::Records lines("poems.txt");
//   lines.size(); lines.at(0);
//
// TFRecord (.tfrecord), MXNet's RecordIO (.rec), LMDB (.mdb, or the folder), lines of text (.txt, .jsonl).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamina/io/records.h"

namespace lamina::data {

class Records {
 public:
  // format: "tfrecord", "recordio", "lmdb", "lines"; "auto" goes by the name.
  explicit Records(const std::string& path, const std::string& format = "auto");
  int64_t size() const { return file_->size(); }
  std::string at(int64_t number) const;   // the bytes; IndexError
  std::string key(int64_t number) const;  // of LMDB; empty elsewhere
  std::string format() const { return std::string(file_->format()); }

 private:
  std::shared_ptr<const io::RecordFile> file_;
};

}  // namespace lamina::data

// Lines of text as records: any kind of line end, without it; empty lines count.
#pragma once

#include "lamina/io/file.h"
#include "lamina/io/records.h"

namespace lamina::io {

class LinesFile : public RecordFile {
 public:
  explicit LinesFile(const std::string& path);  // an empty file has no lines and is a FileError
  int64_t size() const override { return static_cast<int64_t>(starts_.size()) - 1; }
  Record at(int64_t number) const override;
  const std::string& path() const override { return file_.path(); }
  std::string_view format() const override { return "lines"; }

 private:
  MappedFile file_;
  std::vector<uint64_t> starts_;  // and where a line after the last would start
};

}  // namespace lamina::io

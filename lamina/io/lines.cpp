#include "lamina/io/lines.h"

#include <cstring>

#include "lamina/io/bytes.h"

namespace lamina::io {

LinesFile::LinesFile(const std::string& path) : file_(path) {
  const Bytes all = file_.bytes();
  uint64_t at = as_text(all).starts_with("\xef\xbb\xbf") ? 3 : 0;
  while (at < all.size()) {
    starts_.push_back(at);
    const void* end = std::memchr(all.data() + at, '\n', all.size() - at);
    at = end ? static_cast<uint64_t>(static_cast<const std::byte*>(end) - all.data()) + 1
             : all.size() + 1;
  }
  starts_.push_back(at);
}

Record LinesFile::at(int64_t number) const {
  check_number(number);
  const uint64_t start = starts_[static_cast<size_t>(number)];
  const uint64_t next = starts_[static_cast<size_t>(number) + 1];
  std::string_view line = as_text(file_.bytes().subspan(start, next - start - 1));
  if (line.ends_with('\r')) line.remove_suffix(1);
  Record record;
  record.bytes = as_bytes(line);
  return record;
}

}  // namespace lamina::io

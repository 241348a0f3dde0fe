// Files as bytes. MappedFile shows a file without copying it; the pages are read when they are
// used, so opening a model of many gigabytes takes no time, and processes share one copy.
//
//   MappedFile file("weights.safetensors");
//   parse(file.bytes());                       // valid while `file` lives
//
// The file must not shrink while it is mapped: the system answers a read past the new end with a
// signal. What this library writes is replaced as a whole (atomic_write.h), never cut short.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lamina::io {

class MappedFile {
 public:
  explicit MappedFile(const std::string& path);  // missing, folder, forbidden, empty: FileError
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// The whole file as a copy; may be empty. More than `limit` bytes are a FileError.
std::vector<std::byte> read_file(const std::string& path, uint64_t limit = uint64_t{1} << 32);

}  // namespace lamina::io

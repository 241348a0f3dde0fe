#include "lamina/io/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "lamina/base/fault.h"
#include "lamina/io/errors.h"
#include "lamina/io/file_descriptor.h"

namespace lamina::io {

namespace {

struct OpenFile {
  int fd;
  uint64_t size;
};

OpenFile open_regular(const std::string& path) {
  // O_NONBLOCK: opening a pipe that nobody writes to would otherwise wait for ever.
  int fd = -1;
  if (fault::point("file.open")) {
    errno = EMFILE;
  } else {
    do fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (fd < 0 && errno == EINTR);
  }
  if (fd < 0) throw system_error("open", path, errno);
  struct stat info = {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    return {fd, static_cast<uint64_t>(info.st_size)};
  }
  ::close(fd);
  if (S_ISDIR(info.st_mode)) throw system_error("read", path, EISDIR);
  throw FileError(text("cannot read ", path, ": not a regular file"))
      .detail("file", path)
      .help("pipes and devices are not read; copy the data into a file first");
}

}  // namespace

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const OpenFile opened = open_regular(path);
  FileDescriptor file(opened.fd);
  if (opened.size == 0) throw empty_file(path);
  void* address = ::mmap(nullptr, opened.size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) throw system_error("map", path, errno);
  data_ = static_cast<const std::byte*>(address);
  size_ = opened.size;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

std::vector<std::byte> read_file(const std::string& path, uint64_t limit) {
  const OpenFile opened = open_regular(path);
  FileDescriptor file(opened.fd);
  if (opened.size > limit) {
    throw FileError(text("cannot read ", path, ": expected at most ", limit, " bytes, got ",
                         opened.size))
        .detail("file", path)
        .help("this is probably not the file you meant");
  }
  std::vector<std::byte> bytes(opened.size);
  size_t done = 0;
  while (done < bytes.size()) {
    const size_t piece = std::min<size_t>(bytes.size() - done, size_t{1} << 30);
    const ssize_t count = ::read(file.get(), bytes.data() + done, piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("read", path, errno);
    if (count == 0) break;  // it became shorter meanwhile: to the caller, a truncated file
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace lamina::io

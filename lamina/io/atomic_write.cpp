#include "lamina/io/atomic_write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "lamina/base/fault.h"
#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/file_descriptor.h"

namespace lamina::io {

namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A link stays a link: what it points to is replaced.
std::string resolved(const std::string& path) {
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return path;
  char* target = ::realpath(path.c_str(), nullptr);
  if (!target) throw system_error("follow the link", path, errno);
  std::string result(target);
  std::free(target);
  return result;
}

class TemporaryFile {
 public:
  TemporaryFile(const std::string& target, uint64_t needed) : target_(target), needed_(needed) {
    static std::atomic<uint64_t> counter{0};
    for (int attempt = 0; attempt < 100; ++attempt) {
      name_ = text(target, ".tmp-", ::getpid(), "-", counter.fetch_add(1));
      if (fault::point("file.open")) fail("open", EACCES);
      const int fd = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd >= 0) {
        file_.reset(fd);
        exists_ = true;
        return;
      }
      if (errno != EEXIST && errno != EINTR) fail("open", errno);
    }
    fail("open", EEXIST);
  }
  ~TemporaryFile() {
    file_.close();
    if (exists_) ::unlink(name_.c_str());
  }

  void copy_permissions() {
    struct stat info;
    if (::stat(target_.c_str(), &info) == 0) {
      // Best effort: a file system without permissions must still take the bytes.
      static_cast<void>(::fchmod(file_.get(), info.st_mode & 07777));
    }
  }

  void write(Bytes bytes) {
    while (!bytes.empty()) {
      if (fault::point("file.write")) fail("write", ENOSPC);
      const size_t piece = std::min<size_t>(bytes.size(), size_t{1} << 30);
      const ssize_t count = ::write(file_.get(), bytes.data(), piece);
      if (count < 0 && errno != EINTR) fail("write", errno);
      if (count > 0) bytes = bytes.subspan(static_cast<size_t>(count));
    }
  }

  void rename_over_target() {
    if (fault::point("file.sync")) fail("sync", EIO);
    if (::fsync(file_.get()) != 0) fail("sync", errno);
    if (file_.close() != 0) fail("close", errno);
    if (fault::point("file.rename")) fail("replace", EACCES);
    if (::rename(name_.c_str(), target_.c_str()) != 0) fail("replace", errno);
    exists_ = false;
  }

 private:
  [[noreturn]] void fail(std::string_view action, int error_number) const {
    FileError error = system_error(action, target_, error_number);
    error.detail("needed", text(needed_, " bytes"));
    // What it has taken so far becomes free again.
    struct stat taken;
    const bool opened = file_.valid() && ::fstat(file_.get(), &taken) == 0;
    const uint64_t own = opened ? static_cast<uint64_t>(taken.st_blocks) * 512 : 0;
    struct statvfs info;
    if (::statvfs(folder_of(target_).c_str(), &info) == 0) {
      error.detail("free", text(uint64_t{info.f_bavail} * info.f_frsize + own, " bytes"));
    }
    error.detail("note", "the previous file, if any, is unchanged");
    throw error;
  }

  std::string target_, name_;
  uint64_t needed_;
  FileDescriptor file_;
  bool exists_ = false;
};

// Makes the new name itself survive a power loss. Some network file systems cannot sync a folder.
void sync_folder(const std::string& path) {
  const std::string folder = folder_of(path);
  int error_number = fault::point("file.sync_folder") ? EIO : 0;
  FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid() && ::fsync(opened.get()) != 0) error_number = errno;
  if (error_number == EIO || error_number == ENOSPC || error_number == EDQUOT) {
    throw system_error("sync the folder of", path, error_number)
        .detail("note", "the new file is in place, but a power loss may bring the old one back");
  }
}

}  // namespace

void atomic_write(const std::string& path, std::span<const std::span<const std::byte>> pieces) {
  const std::string target = resolved(path);
  struct stat info;
  if (::stat(target.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    if (S_ISDIR(info.st_mode)) throw system_error("write", path, EISDIR);
    throw FileError(text("cannot write ", path, ": not a regular file")).detail("file", path);
  }
  uint64_t needed = 0;
  for (const auto& piece : pieces) needed += piece.size();
  TemporaryFile temporary(target, needed);
  temporary.copy_permissions();
  for (const auto& piece : pieces) temporary.write(piece);
  temporary.rename_over_target();
  sync_folder(target);
}

void atomic_write(const std::string& path, std::span<const std::byte> bytes) {
  atomic_write(path, std::span<const std::span<const std::byte>>(&bytes, 1));
}

void atomic_write(const std::string& path, std::string_view text) {
  atomic_write(path, as_bytes(text));
}

}  // namespace lamina::io

#include "lamina/io/event_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/io/bytes.h"
#include "lamina/io/crc32c.h"

namespace lamina::io {
namespace {

constexpr size_t kBuffered = 1 << 16;

double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

[[noreturn]] void fail(const std::string& path, const char* what, int error) {
  throw FileError(text(path, ": ", what, ": ", std::strerror(error)))
      .detail("file", path)
      .help("is there room on the disk, and may this program write there?");
}

template <class T>
void append_raw(std::string& out, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof value);
}

// A name that sorts by time; processes and writers of one second differ in the rest.
std::string new_name() {
  static std::atomic<int> count{0};
  char host[65] = "localhost";
  gethostname(host, sizeof host - 1);
  return text("events.out.tfevents.", static_cast<int64_t>(seconds_since_1970()), ".", host, ".",
              getpid(), ".", count++);
}

}  // namespace

uint32_t masked_crc32c(std::string_view bytes) {
  const uint32_t crc = crc32c(as_bytes(bytes));
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

EventFile::EventFile(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(folder, "the folder cannot be made", error.value());
  path_ = (std::filesystem::path(folder) / new_name()).string();
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(path_, "the file cannot be made", errno);
  write(0, 3, "brain.Event:2");
  flush();
}

EventFile::~EventFile() {
  try {
    flush();
  } catch (const FileError&) {
  }
  ::close(descriptor_);
}

void EventFile::write(int64_t step, uint32_t field, std::string_view content) {
  ProtoMessage event;
  event.float64(1, seconds_since_1970()).integer(2, step).text(field, content);
  std::string length;
  append_raw(length, static_cast<uint64_t>(event.bytes().size()));
  buffer_ += length;
  append_raw(buffer_, masked_crc32c(length));
  buffer_ += event.bytes();
  append_raw(buffer_, masked_crc32c(event.bytes()));
  if (buffer_.size() >= kBuffered) flush();
}

void EventFile::flush() {
  while (!buffer_.empty()) {
    const ssize_t written = ::write(descriptor_, buffer_.data(), buffer_.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path_, "cannot write", written < 0 ? errno : EIO);
    buffer_.erase(0, static_cast<size_t>(written));
  }
}

}  // namespace lamina::io

#include "lamina/io/errors.h"

#include <cerrno>
#include <system_error>

namespace lamina::io {

namespace {

std::string advice(int error_number) {
  switch (error_number) {
    case ENOENT: return "check the path; relative paths start at the working directory";
    case ENOTDIR: return "a part of the path is a file, not a folder";
    case EISDIR: return "the path is a folder; name a file in it";
    case EACCES:
    case EPERM: return "you may not do this; check the permissions of the file and its folder";
    case EROFS: return "the file system is read-only; choose another folder";
    case ENOSPC:
    case EDQUOT: return "free some space or choose another disk";
    case EMFILE:
    case ENFILE: return "too many files are open; raise the limit with `ulimit -n`";
    case ENAMETOOLONG: return "choose a shorter file name";
    case EIO: return "the disk or the network file system failed; look at the system's log";
    default: return "";
  }
}

}  // namespace

FileError bad_file(std::string_view file, uint64_t offset, std::string_view field, std::string got,
                   std::string expected, std::string help) {
  FileError error(text(file, ": bad ", field, " at byte ", offset));
  error.detail("file", std::string(file)).detail("offset", text(offset));
  error.detail("field", std::string(field)).detail("got", std::move(got));
  error.detail("expected", std::move(expected)).help(std::move(help));
  return error;
}

FileError system_error(std::string_view action, const std::string& path, int error_number) {
  FileError error(text("cannot ", action, " ", path, ": ",
                       std::generic_category().message(error_number)));
  error.detail("file", path);
  std::string help = advice(error_number);
  if (!help.empty()) error.help(std::move(help));
  return error;
}

FileError empty_file(const std::string& path) {
  return FileError(text("cannot read ", path, ": the file is empty"))
      .detail("file", path)
      .help("the program that wrote it was probably interrupted; write or download it again");
}

std::string quoted(std::string_view raw) {
  std::string out = "\"";
  for (char c : raw.substr(0, 40)) {
    out += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f ? '?' : c;
  }
  if (raw.size() > 40) out += "..";
  return out + "\"";
}

}  // namespace lamina::io

#include "lamina/io/records.h"

#include <filesystem>

#include "lamina/io/errors.h"
#include "lamina/io/lines.h"
#include "lamina/io/lmdb.h"
#include "lamina/io/recordio.h"
#include "lamina/io/tfrecord.h"

namespace lamina::io {

void RecordFile::check_number(int64_t number) const {
  if (number < 0 || number >= size()) {
    throw IndexError(
        text(path(), ": expected the number of a record in [0, ", size(), "), got ", number));
  }
}

namespace {

// "" where the name does not tell.
std::string format_of(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::string ending = path.extension().string(), name = path.filename().string();
  if (std::filesystem::is_directory(path, ignored)) {
    return std::filesystem::exists(path / "data.mdb", ignored) ? "lmdb" : "";
  }
  if (ending == ".mdb" || ending == ".lmdb") return "lmdb";
  if (ending == ".rec" || ending == ".recordio") return "recordio";
  if (ending == ".txt" || ending == ".jsonl") return "lines";
  return name.find(".tfrecord") != std::string::npos ? "tfrecord" : "";
}

}  // namespace

bool tells_records(const std::string& path) { return !format_of(path).empty(); }

std::unique_ptr<RecordFile> open_records(const std::string& path, std::string_view format) {
  const std::string found = format == "auto" ? format_of(path) : std::string(format);
  if (found == "lmdb") return std::make_unique<LmdbFile>(path);
  if (found == "recordio") return std::make_unique<RecordIoFile>(path);
  if (found == "lines") return std::make_unique<LinesFile>(path);
  if (found == "tfrecord") return std::make_unique<TfRecordFile>(path);
  if (!found.empty()) {
    throw ValueError(
        text("format: expected \"auto\", \"tfrecord\", \"recordio\", \"lmdb\" or \"lines\", got \"",
             found, "\""));
  }
  throw FileError(text("cannot tell what records ", path, " holds"))
      .detail("file", path)
      .detail("expected", ".tfrecord, .rec, .mdb or a folder with a data.mdb, .txt, .jsonl")
      .help("say the format: \"tfrecord\", \"recordio\", \"lmdb\" or \"lines\"");
}

}  // namespace lamina::io

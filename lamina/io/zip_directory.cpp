#include "lamina/io/zip_directory.h"

#include <algorithm>

#include "lamina/io/errors.h"

namespace lamina::io {

namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50,
                   kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr uint64_t kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56, kCentralSize = 46,
                   kLocalSize = 30;
constexpr uint16_t kEncrypted = 1;

class DirectoryParser {
 public:
  DirectoryParser(Bytes bytes, std::string_view source, const ZipLimits& limits)
      : bytes_(bytes), source_(source), limits_(limits) {}

  std::vector<ZipEntry> parse() {
    find_directory();
    std::vector<ZipEntry> entries;
    uint64_t at = begin_;
    for (uint64_t i = 0; i < count_; ++i) entries.push_back(entry(at));
    if (at != end_) fail(at, "directory", text(end_ - at, " more bytes"), "its end");
    check_unique_names(entries);
    check_data(entries);
    return entries;
  }

 private:
  [[noreturn]] void fail(uint64_t offset, std::string_view field, std::string got,
                         std::string expected) const {
    throw bad_file(source_, offset, field, std::move(got), std::move(expected),
                   "the archive is truncated, damaged or not a zip file");
  }

  // The end record stands last, before a comment of up to 65535 bytes that ends with the file.
  uint64_t find_end() const {
    if (bytes_.size() < kEndSize) fail(0, "archive", text(bytes_.size(), " bytes"), "at least 22");
    const uint64_t last = bytes_.size() - kEndSize;
    const uint64_t first = last > 0xffff ? last - 0xffff : 0;
    for (uint64_t at = last + 1; at-- > first;) {
      if (load<uint32_t>(bytes_, at) == kEnd &&
          load<uint16_t>(bytes_, at + 20) == bytes_.size() - at - kEndSize) {
        return at;
      }
    }
    fail(last, "end record", "none", "the end record of a zip archive");
  }

  void find_directory() {
    const uint64_t end_record = find_end();
    if (load<uint32_t>(bytes_, end_record + 4) != 0) {
      fail(end_record + 4, "disk number", "several disks", "an archive in one file");
    }
    count_ = load<uint16_t>(bytes_, end_record + 10);
    uint64_t size = load<uint32_t>(bytes_, end_record + 12);
    begin_ = load<uint32_t>(bytes_, end_record + 16);
    uint64_t after = end_record;
    // Some writers add the zip64 record to small archives, too; where there is one, it counts.
    if (end_record >= kLocatorSize &&
        load<uint32_t>(bytes_, end_record - kLocatorSize) == kLocator64) {
      const uint64_t at = load<uint64_t>(bytes_, end_record - kLocatorSize + 8);
      if (bytes_.size() < kEnd64Size || at > bytes_.size() - kEnd64Size ||
          load<uint32_t>(bytes_, at) != kEnd64) {
        fail(end_record - kLocatorSize, "zip64 end record", text(at), "the offset of that record");
      }
      count_ = load<uint64_t>(bytes_, at + 32);
      size = load<uint64_t>(bytes_, at + 40);
      begin_ = load<uint64_t>(bytes_, at + 48);
      after = at;
    }
    if (begin_ > after || size != after - begin_) {
      fail(end_record + 12, "directory", text(size, " bytes at ", begin_),
           text("a directory that ends at ", after));
    }
    end_ = after;
    const uint64_t most = std::min(limits_.entries, size / kCentralSize);
    if (count_ > most) fail(end_record + 10, "entries", text(count_), text("at most ", most));
  }

  ZipEntry entry(uint64_t& at) {
    if (end_ - at < kCentralSize || load<uint32_t>(bytes_, at) != kCentralHeader) {
      fail(at, "directory", "something else", "the header of an entry");
    }
    ZipEntry e;
    const uint16_t flags = load<uint16_t>(bytes_, at + 8);
    e.method = load<uint16_t>(bytes_, at + 10);
    e.crc32 = load<uint32_t>(bytes_, at + 16);
    e.compressed_size = load<uint32_t>(bytes_, at + 20);
    e.size = load<uint32_t>(bytes_, at + 24);
    e.offset = load<uint32_t>(bytes_, at + 42);  // of the local header, until check_data
    const uint64_t name = load<uint16_t>(bytes_, at + 28), extra = load<uint16_t>(bytes_, at + 30),
                   comment = load<uint16_t>(bytes_, at + 32);
    if (end_ - at - kCentralSize < name + extra + comment) {
      fail(at + 28, "lengths", text(name + extra + comment, " bytes"),
           "lengths within the directory");
    }
    e.name = as_text(bytes_.subspan(at + kCentralSize, name));
    large_sizes(e, bytes_.subspan(at + kCentralSize + name, extra), at);
    if (flags & kEncrypted) {
      fail(at + 8, field(e, "flags"), "encrypted", "an entry without password");
    }
    if (e.method != 0 && e.method != 8) {
      fail(at + 10, field(e, "method"), text(e.method), "0 (stored) or 8 (deflated)");
    }
    check_sizes(e, at);
    at += kCentralSize + name + extra + comment;
    return e;
  }

  static std::string field(const ZipEntry& e, std::string_view what) {
    return text("entry ", quoted(e.name), ": ", what);
  }

  // Sizes that do not fit in 32 bits stand in an extra field, in this order, where the short one is
  // all ones.
  void large_sizes(ZipEntry& e, Bytes extra, uint64_t at) const {
    while (extra.size() >= 4) {
      const uint16_t id = load<uint16_t>(extra, 0);
      const uint64_t length = load<uint16_t>(extra, 2);
      if (length > extra.size() - 4) return;
      Bytes body = extra.subspan(4, length);
      extra = extra.subspan(4 + length);
      if (id != 1) continue;
      for (uint64_t* value : {&e.size, &e.compressed_size, &e.offset}) {
        if (*value != 0xffffffff) continue;
        if (body.size() < 8) fail(at, field(e, "zip64 sizes"), "too few", "8 bytes for each");
        *value = load<uint64_t>(body, 0);
        body = body.subspan(8);
      }
      return;
    }
  }

  void check_sizes(const ZipEntry& e, uint64_t at) {
    if (e.method == 0 && e.size != e.compressed_size) {
      fail(at + 20, field(e, "size"), text(e.size), text(e.compressed_size, ", as it is stored"));
    }
    if (e.compressed_size > begin_ || e.offset > begin_) {
      fail(at + 20, field(e, "size"), text(e.compressed_size, " bytes at ", e.offset),
           text("data within ", begin_, " bytes"));
    }
    const auto most = checked_multiply(e.compressed_size, limits_.ratio);
    if (e.method == 8 && most && e.size > *most) {
      fail(at + 24, field(e, "size"), text(e.size),
           text("at most ", limits_.ratio, " times its compressed size of ", e.compressed_size));
    }
    if (e.size > limits_.bytes - total_) {
      fail(at + 24, field(e, "size"), text(e.size),
           text("at most ", limits_.bytes, " bytes in all entries"));
    }
    total_ += e.size;
  }

  void check_unique_names(const std::vector<ZipEntry>& entries) const {
    std::vector<std::string_view> names;
    for (const auto& e : entries) names.push_back(e.name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) {
      fail(begin_, "directory", text(quoted(*twice), " twice"), "each name once");
    }
  }

  // Moves each offset from the local header to the data behind it. Entries that share data are
  // refused: that is how a small archive gets a huge content.
  void check_data(std::vector<ZipEntry>& entries) const {
    std::vector<std::pair<uint64_t, uint64_t>> ranges;
    for (auto& e : entries) {
      const uint64_t start = e.offset;
      if (begin_ - start < kLocalSize || load<uint32_t>(bytes_, start) != kLocalHeader) {
        fail(start, field(e, "local header"), "something else", "a local header");
      }
      const uint64_t name = load<uint16_t>(bytes_, start + 26);
      const uint64_t skip = kLocalSize + name + load<uint16_t>(bytes_, start + 28);
      if (skip > begin_ - start || e.compressed_size > begin_ - start - skip) {
        fail(start, field(e, "data"), text(e.compressed_size, " bytes"),
             "data that ends before the directory");
      }
      if (as_text(bytes_.subspan(start + kLocalSize, name)) != e.name) {
        fail(start + kLocalSize, field(e, "local header"), "another name", "the same name");
      }
      e.offset = start + skip;
      ranges.emplace_back(start, e.offset + e.compressed_size);
    }
    std::sort(ranges.begin(), ranges.end());
    for (size_t i = 1; i < ranges.size(); ++i) {
      if (ranges[i].first < ranges[i - 1].second) {
        fail(ranges[i].first, "entries", "overlapping data", "separate data for each entry");
      }
    }
  }

  Bytes bytes_;
  std::string_view source_;
  const ZipLimits& limits_;
  uint64_t begin_ = 0, end_ = 0, count_ = 0, total_ = 0;
};

}  // namespace

std::vector<ZipEntry> read_zip_directory(Bytes bytes, std::string_view source,
                                         const ZipLimits& limits) {
  return DirectoryParser(bytes, source, limits).parse();
}

}  // namespace lamina::io

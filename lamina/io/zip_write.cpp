#include <set>

#include "lamina/io/atomic_write.h"
#include "lamina/io/errors.h"
#include "lamina/io/zip.h"
#include "lamina/io/zip_crc32.h"

namespace lamina::io {

namespace {

constexpr uint64_t kLargest = 0xfffffffe;  // all ones means: see the zip64 record
constexpr uint16_t kUtf8Name = 1 << 11;
constexpr uint16_t kDate = (1 << 5) | 1;  // 1 January 1980, so that equal content gives equal bytes
constexpr uint16_t kPadding = 0x4246;  // the id under which PyTorch pads, too

void put(std::vector<std::byte>& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// What a local header and the directory's copy of it have in common, from the version needed on.
void put_common(std::vector<std::byte>& out, const ZipInput& entry, uint32_t crc, uint64_t extra) {
  store<uint16_t>(out, 20);
  store<uint16_t>(out, kUtf8Name);
  store<uint16_t>(out, 0);  // stored
  store<uint16_t>(out, 0);  // midnight
  store<uint16_t>(out, kDate);
  store<uint32_t>(out, crc);
  store<uint32_t>(out, static_cast<uint32_t>(entry.bytes.size()));
  store<uint32_t>(out, static_cast<uint32_t>(entry.bytes.size()));
  store<uint16_t>(out, static_cast<uint16_t>(entry.name.size()));
  store<uint16_t>(out, static_cast<uint16_t>(extra));
}

[[noreturn]] void refuse(std::string_view what) {
  throw ValueError(text("write_zip: ", what)).help("save large arrays as safetensors");
}

}  // namespace

void write_zip(const std::string& path, std::span<const ZipInput> entries, uint64_t alignment) {
  if (alignment < 1 || alignment > 4096) {
    throw ValueError(text("write_zip: expected an alignment from 1 to 4096, got ", alignment));
  }
  if (entries.size() > 0xfffe) refuse(text("expected at most 65534 entries, got ", entries.size()));
  std::set<std::string_view> names;
  std::vector<std::vector<std::byte>> headers;
  std::vector<std::byte> directory;
  uint64_t offset = 0;
  for (const ZipInput& entry : entries) {
    if (entry.name.empty() || entry.name.size() > 0xffff || !names.insert(entry.name).second) {
      throw ValueError(
          text("write_zip: ", quoted(entry.name), " is empty, too long or given twice"));
    }
    const uint64_t unpadded = offset + 30 + entry.name.size() + 4;
    const uint64_t padding = (alignment - unpadded % alignment) % alignment;
    if (entry.bytes.size() > kLargest || unpadded + padding + entry.bytes.size() > kLargest) {
      refuse("expected an archive of less than 4 GiB");
    }
    const uint32_t crc = zip_crc32(entry.bytes);
    std::vector<std::byte>& local = headers.emplace_back();
    store<uint32_t>(local, 0x04034b50);
    put_common(local, entry, crc, 4 + padding);
    put(local, as_bytes(entry.name));
    store<uint16_t>(local, kPadding);
    store<uint16_t>(local, static_cast<uint16_t>(padding));
    local.resize(local.size() + padding);
    store<uint32_t>(directory, 0x02014b50);
    store<uint16_t>(directory, 20);
    put_common(directory, entry, crc, 0);
    directory.resize(directory.size() + 10);  // no comment, first disk, no attributes
    store<uint32_t>(directory, static_cast<uint32_t>(offset));
    put(directory, as_bytes(entry.name));
    offset += local.size() + entry.bytes.size();
  }
  const uint64_t directory_size = directory.size();
  if (offset + directory_size > kLargest) refuse("expected an archive of less than 4 GiB");
  store<uint32_t>(directory, 0x06054b50);
  store<uint32_t>(directory, 0);  // disk numbers
  store<uint16_t>(directory, static_cast<uint16_t>(entries.size()));
  store<uint16_t>(directory, static_cast<uint16_t>(entries.size()));
  store<uint32_t>(directory, static_cast<uint32_t>(directory_size));
  store<uint32_t>(directory, static_cast<uint32_t>(offset));
  store<uint16_t>(directory, 0);  // no comment
  std::vector<std::span<const std::byte>> pieces;
  for (size_t i = 0; i < entries.size(); ++i) {
    pieces.push_back(headers[i]);
    pieces.push_back(entries[i].bytes);
  }
  pieces.push_back(directory);
  atomic_write(path, pieces);
}

}  // namespace lamina::io

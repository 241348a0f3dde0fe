// Zip archives, as .npz and other containers of arrays use them.
//
//   MappedFile file("x.npz");
//   ZipReader zip(file.bytes(), "x.npz");
//   for (const ZipEntry& entry : zip.entries()) ZipContent c = zip.read(entry);
//
// Entries that are stored (not compressed) are views into the archive; deflated ones are inflated
// into memory. Sizes are checked against the limits before anything is allocated, so that a small
// file cannot claim a huge content. Nothing is ever extracted to the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

struct ZipLimits {
  uint64_t entries = 1 << 20;
  uint64_t bytes = uint64_t{1} << 34;  // all entries together, uncompressed
  uint64_t ratio = 1000;               // uncompressed to compressed; deflate reaches 1032 on zeros
};

struct ZipEntry {
  std::string name;
  int method = 0;  // 0 stored, 8 deflated
  uint32_t crc32 = 0;
  uint64_t compressed_size = 0, size = 0;
  uint64_t offset = 0;  // of the entry's own data in the archive
};

struct ZipContent {
  std::span<const std::byte> bytes;  // into the archive, or into `owned`
  std::vector<std::byte> owned;      // moving keeps `bytes` valid; do not copy

  ZipContent() = default;
  ZipContent(ZipContent&&) = default;
  ZipContent& operator=(ZipContent&&) = default;
};

class ZipReader {
 public:
  ZipReader(std::span<const std::byte> bytes, std::string_view source, ZipLimits limits = {});

  const std::vector<ZipEntry>& entries() const { return entries_; }
  const ZipEntry* find(std::string_view name) const;  // nullptr when absent
  ZipContent read(const ZipEntry& entry) const;       // checks the crc

 private:
  std::span<const std::byte> bytes_;
  std::string source_;
  std::vector<ZipEntry> entries_;
};

struct ZipInput {
  std::string name;
  std::span<const std::byte> bytes;
};

// Stores the entries without compression, their data at multiples of `alignment`, so that a reader
// can map them. The archive may have up to 4 GiB and 65534 entries; larger ones are a ValueError.
void write_zip(const std::string& path, std::span<const ZipInput> entries, uint64_t alignment = 64);

}  // namespace lamina::io

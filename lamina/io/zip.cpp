#include "lamina/io/zip.h"

#include <zlib.h>

#include <algorithm>

#include "lamina/io/errors.h"
#include "lamina/io/zip_crc32.h"
#include "lamina/io/zip_directory.h"

namespace lamina::io {

namespace {

constexpr uint64_t kPiece = uint64_t{1} << 30;  // zlib counts in 32 bits

// Fills `out` exactly; returns what went wrong, or nullptr.
const char* inflate_into(std::span<std::byte> out, Bytes in) {
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return "no memory to inflate";
  const char* problem = nullptr;
  std::byte nothing;  // zlib wants an address even for an entry without content
  stream.next_out = reinterpret_cast<Bytef*>(out.empty() ? &nothing : out.data());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
  uint64_t out_left = out.size(), in_left = in.size();
  for (int status = Z_OK; status != Z_STREAM_END && !problem;) {
    if (stream.avail_in == 0) {
      stream.avail_in = static_cast<uInt>(std::min(in_left, kPiece));
      in_left -= stream.avail_in;
    }
    if (stream.avail_out == 0) {
      stream.avail_out = static_cast<uInt>(std::min(out_left, kPiece));
      out_left -= stream.avail_out;
    }
    status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) {
      const bool input_ended = stream.avail_in == 0 && in_left == 0;
      problem = input_ended ? "the compressed data ends too early" : "more content than declared";
    } else if (status != Z_OK && status != Z_STREAM_END) {
      problem = "the compressed data is damaged";
    }
  }
  if (!problem && (stream.avail_out > 0 || out_left > 0)) problem = "less content than declared";
  if (!problem && (stream.avail_in > 0 || in_left > 0)) problem = "data after its end";
  inflateEnd(&stream);
  return problem;
}

}  // namespace

ZipReader::ZipReader(std::span<const std::byte> bytes, std::string_view source, ZipLimits limits)
    : bytes_(bytes), source_(source), entries_(read_zip_directory(bytes, source, limits)) {}

const ZipEntry* ZipReader::find(std::string_view name) const {
  for (const ZipEntry& entry : entries_) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

ZipContent ZipReader::read(const ZipEntry& entry) const {
  const Bytes raw = bytes_.subspan(entry.offset, entry.compressed_size);
  ZipContent content;
  const std::string name = text("entry ", quoted(entry.name));
  if (entry.method == 0) {
    content.bytes = raw;
  } else {
    content.owned.resize(entry.size);
    if (const char* problem = inflate_into(content.owned, raw)) {
      throw bad_file(source_, entry.offset, name, problem,
                     text("deflated data of ", entry.size, " bytes"), "the archive is damaged");
    }
    content.bytes = content.owned;
  }
  const uint32_t sum = zip_crc32(content.bytes);
  if (sum != entry.crc32) {
    throw bad_file(source_, entry.offset, text(name, ": checksum"), text("crc32 ", hex(sum)),
                   text("crc32 ", hex(entry.crc32)), "the archive is damaged; copy it again");
  }
  return content;
}

}  // namespace lamina::io

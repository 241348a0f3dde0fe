#include "lamina/io/gzip.h"

#include <zlib.h>

#include <algorithm>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"

namespace lamina::io {

namespace {

constexpr std::string_view kHelp = "the file is truncated or damaged; fetch it again";

struct Inflater {
  Inflater() {
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw OutOfMemory("inflate: no memory");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  z_stream stream = {};
};

}  // namespace

bool is_gzip(Bytes bytes) { return as_text(bytes).starts_with("\x1f\x8b\x08"); }

std::vector<std::byte> inflate_gzip(Bytes bytes, std::string_view source, uint64_t limit) {
  constexpr size_t kPiece = size_t{1} << 20;
  Inflater inflater;
  z_stream& stream = inflater.stream;
  std::vector<std::byte> out;
  size_t at = 0, written = 0;
  for (;;) {
    const size_t given = std::min(bytes.size() - at, kPiece);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data() + at));
    stream.avail_in = static_cast<uInt>(given);
    if (out.size() - written < kPiece / 4)
      out.resize(std::min<uint64_t>(2 * out.size() + kPiece, limit + 1));
    const size_t room = std::min(out.size() - written, kPiece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(room);
    const int state = inflate(&stream, Z_NO_FLUSH);
    at += given - stream.avail_in;
    written += room - stream.avail_out;
    if (written > limit) {
      throw bad_file(source, at, "gzip content", text("more than ", limit, " bytes"),
                     text("at most ", limit, " bytes"), "inflate it to a file and read that");
    }
    if (state == Z_STREAM_END) {
      if (at == bytes.size()) break;
      if (!is_gzip(bytes.subspan(at))) break;  // padding after the last member
      inflateReset(&stream);
      continue;
    }
    if (state != Z_OK || (given == stream.avail_in && room == stream.avail_out)) {
      throw bad_file(source, at, "gzip stream", stream.msg ? stream.msg : "its end", "more of it",
                     std::string(kHelp));
    }
  }
  out.resize(written);
  return out;
}

}  // namespace lamina::io

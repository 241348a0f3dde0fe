#include "lamina/io/png.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "lamina/base/error.h"
#include "lamina/io/bytes.h"
#include "lamina/io/file.h"
#include "tests/cpp/io/damage.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using io::Picture;

namespace {

std::string big_endian(uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string chunk(std::string_view type, std::string_view body) {
  const std::string checked = std::string(type) + std::string(body);
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(checked.data()),
                         static_cast<uInt>(checked.size()));
  return big_endian(static_cast<uint32_t>(body.size())) + checked +
         big_endian(static_cast<uint32_t>(crc));
}

// A PNG of any kind: `rows` has a filter byte (0) before each row; `extra` are chunks like PLTE.
std::string png_of(uint32_t width, uint32_t height, char bits, char kind, std::string_view rows,
                   std::string_view extra = "") {
  std::string packed(compressBound(rows.size()), '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  const std::string head =
      big_endian(width) + big_endian(height) + std::string{bits, kind, '\0', '\0', '\0'};
  return std::string("\x89PNG\r\n\x1a\n", 8) + chunk("IHDR", head) + std::string(extra) +
         chunk("IDAT", packed) + chunk("IEND", "");
}

Picture parse(const std::string& file) { return io::parse_png(io::as_bytes(file), "x.png"); }

using Pixels = std::vector<uint8_t>;

}  // namespace

TEST(Png, RoundTripsGrey) {
  TemporaryFolder folder;
  Pixels pixels(7 * 5);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(37 * i);
  io::write_png(folder / "x.png", 7, 5, pixels);
  const Picture picture = io::read_png(folder / "x.png");
  EXPECT_EQ(picture.width, 7);
  EXPECT_EQ(picture.height, 5);
  EXPECT_EQ(picture.channels, 1);
  EXPECT_EQ(picture.pixels, pixels);
  EXPECT_THROW(io::write_png(folder / "x.png", 7, 6, pixels), ValueError);
  EXPECT_THROW(io::read_png(folder / "y.png"), FileError);
}

TEST(Png, ReadsEveryKind) {
  EXPECT_EQ(parse(png_of(2, 1, 8, 2, std::string("\0abcdef", 7))).pixels,
            (Pixels{'a', 'b', 'c', 'd', 'e', 'f'}));
  const Picture opaque = parse(png_of(1, 1, 8, 6, std::string("\0abcd", 5)));
  EXPECT_EQ(opaque.channels, 4);
  EXPECT_EQ(opaque.pixels, (Pixels{'a', 'b', 'c', 'd'}));
  EXPECT_EQ(parse(png_of(1, 1, 8, 4, std::string("\0ab", 3))).pixels, (Pixels{'a', 'a', 'a', 'b'}));
  EXPECT_EQ(parse(png_of(4, 1, 1, 0, std::string("\0\xa0", 2))).pixels, (Pixels{255, 0, 255, 0}));
  EXPECT_EQ(parse(png_of(2, 1, 8, 3, std::string("\0\1\0", 3), chunk("PLTE", "abcdef"))).pixels,
            (Pixels{'d', 'e', 'f', 'a', 'b', 'c'}));
  const Picture deep = parse(png_of(2, 1, 16, 0, std::string("\0\x40\x40\x80\x80", 5)));
  EXPECT_EQ(deep.pixels, (Pixels{0x40, 0x80}));
}

TEST(Png, RefusesWhatItShould) {
  EXPECT_THROW(parse("GIF89a not a PNG"), FileError);
  const std::string file = png_of(2, 1, 8, 2, std::string("\0abcdef", 7));
  EXPECT_THROW(io::parse_png(io::as_bytes(file), "x", {.pixels = 1}), FileError);
  // 65535 x 65535 pixels claimed by a file of 80 bytes: refused before anything is allocated
  EXPECT_THROW(io::parse_png(io::as_bytes(png_of(65535, 65535, 8, 6, "abc")), "x",
                             {.pixels = uint64_t{1} << 40}),
               FileError);
}

TEST(Png, SurvivesDamage) {
  const std::string file = png_of(2, 2, 8, 2, std::string("\0abcdef\0ghijkl", 14));
  damage(io::as_bytes(file), file.size(), [](io::Bytes b) { io::parse_png(b, "x.png"); });
  const std::string palette =
      png_of(2, 1, 8, 3, std::string("\0\1\0", 3), chunk("PLTE", "abcdef") + chunk("tRNS", "a"));
  damage(io::as_bytes(palette), palette.size(), [](io::Bytes b) { io::parse_png(b, "x.png"); });
}

// Through libpng's simplified interface, which returns errors: the other one reports them by
// longjmp, past the destructors of whatever stands between.
#include "lamina/io/png.h"

#include <png.h>

#include <algorithm>

#include "lamina/io/atomic_write.h"
#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/file.h"

namespace lamina::io {

namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);

struct Image {
  Image() { image.version = PNG_IMAGE_VERSION; }
  ~Image() { png_image_free(&image); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  png_image image = {};
};

[[noreturn]] void fail(std::string_view source, std::string got, std::string expected) {
  throw bad_file(source, 0, "PNG", std::move(got), std::move(expected),
                 "the picture is truncated, damaged or too large; save it again as PNG");
}

}  // namespace

Picture parse_png(std::span<const std::byte> bytes, std::string_view source, PictureLimits limits) {
  const std::string_view start = as_text(bytes.first(std::min<size_t>(8, bytes.size())));
  if (start != kSignature) fail(source, quoted(start), "the signature of a PNG file");
  Image reader;
  png_image& image = reader.image;
  if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size())) {
    fail(source, image.message, "a valid header");
  }
  const uint64_t pixels = uint64_t{image.width} * image.height;
  // A deflated byte holds at most 1032 bytes, and a byte at most 8 pixels: more cannot be in there.
  const uint64_t most = std::min(limits.pixels, bytes.size() * 1032 * 8);
  if (pixels > most) {
    fail(source, text(image.width, " x ", image.height, " pixels"),
         text("at most ", most, " pixels"));
  }
  const bool opacity = image.format & PNG_FORMAT_FLAG_ALPHA;
  const bool colour = opacity || (image.format & PNG_FORMAT_FLAG_COLOR);
  image.format = opacity ? PNG_FORMAT_RGBA : colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  // Otherwise 16-bit pictures without a gamma would be taken as linear light and come out brighter.
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  Picture picture;
  picture.width = image.width;
  picture.height = image.height;
  picture.channels = opacity ? 4 : colour ? 3 : 1;
  picture.pixels.resize(pixels * static_cast<uint64_t>(picture.channels));
  if (!png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr)) {
    fail(source, image.message, text(picture.width, " x ", picture.height, " pixels"));
  }
  return picture;
}

Picture read_png(const std::string& path, PictureLimits limits) {
  const MappedFile file(path);
  return parse_png(file.bytes(), path, limits);
}

void write_png(const std::string& path, int64_t width, int64_t height,
               std::span<const uint8_t> pixels) {
  constexpr int64_t kLargest = 1 << 20;
  if (width < 1 || height < 1 || width > kLargest || height > kLargest ||
      static_cast<uint64_t>(width) * static_cast<uint64_t>(height) != pixels.size()) {
    throw ValueError(text("write_png: expected ", width, " x ", height, " grey pixels, got ",
                          pixels.size()));
  }
  Image writer;
  png_image& image = writer.image;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::byte> out(size);
  if (!png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr)) {
    throw FileError(text("cannot write ", path, ": ", image.message)).detail("file", path);
  }
  atomic_write(path, std::span<const std::byte>(out.data(), size));
}

}  // namespace lamina::io

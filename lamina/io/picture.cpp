#include "lamina/io/picture.h"

#include <algorithm>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/file.h"
#include "lamina/io/jpeg.h"
#include "lamina/io/png.h"
#include "lamina/io/webp.h"

namespace lamina::io {

namespace {

uint8_t grey(const uint8_t* rgb) {
  return static_cast<uint8_t>((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
}

}  // namespace

PictureKind picture_kind(std::span<const std::byte> bytes) {
  const std::string_view start = as_text(bytes.first(std::min<size_t>(12, bytes.size())));
  if (start.starts_with("\x89PNG")) return PictureKind::kPng;
  if (start.starts_with("\xff\xd8\xff")) return PictureKind::kJpeg;
  if (start.size() == 12 && start.starts_with("RIFF") && start.ends_with("WEBP"))
    return PictureKind::kWebp;
  return PictureKind::kUnknown;
}

Picture parse_picture(std::span<const std::byte> bytes, std::string_view source,
                      PictureLimits limits) {
  switch (picture_kind(bytes)) {
    case PictureKind::kPng:
      return parse_png(bytes, source, limits);
    case PictureKind::kJpeg:
      return parse_jpeg(bytes, source, {.limits = limits});
    case PictureKind::kWebp:
      return parse_webp(bytes, source, limits);
    case PictureKind::kUnknown:
      break;
  }
  throw bad_file(source, 0, "signature",
                 quoted(as_text(bytes.first(std::min<size_t>(12, bytes.size())))),
                 "a PNG, JPEG or WebP picture", "save it again in one of these formats");
}

Picture read_picture(const std::string& path, PictureLimits limits) {
  const MappedFile file(path);
  return parse_picture(file.bytes(), path, limits);
}

Picture with_channels(Picture picture, int64_t channels) {
  if (channels != 1 && channels != 3) {
    throw ValueError(text("expected pictures with 1 or 3 channels, got ", channels));
  }
  if (picture.channels == channels) return picture;
  const size_t count = static_cast<size_t>(picture.width * picture.height);
  const size_t from = static_cast<size_t>(picture.channels), to = static_cast<size_t>(channels);
  std::vector<uint8_t> pixels(count * to);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* in = &picture.pixels[i * from];
    uint8_t* out = &pixels[i * to];
    if (to == 1) {
      out[0] = grey(in);
    } else {
      for (size_t c = 0; c < 3; ++c) out[c] = in[from == 1 ? 0 : c];
    }
  }
  picture.channels = channels;
  picture.pixels = std::move(pixels);
  return picture;
}

}  // namespace lamina::io

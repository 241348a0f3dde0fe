// Pictures as rows of bytes, read from PNG, JPEG or WebP; the signature says which.
//
//   Picture picture = read_picture("cat.jpg");
//   picture.pixels[(y * picture.width + x) * picture.channels + c]
//
// A decoder checks the claimed size against the limits before it allocates, so that a small file
// cannot ask for a huge picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

struct Picture {
  int64_t width = 0, height = 0;
  int64_t channels = 1;         // 1 grey, 3 red green blue, 4 with opacity
  std::vector<uint8_t> pixels;  // [height, width, channels]
};

struct PictureLimits {
  uint64_t pixels = uint64_t{1} << 26;  // checked before the picture is allocated
};

enum class PictureKind : uint8_t { kUnknown, kPng, kJpeg, kWebp };
PictureKind picture_kind(std::span<const std::byte> bytes);  // by the first bytes

Picture parse_picture(std::span<const std::byte> bytes, std::string_view source,
                      PictureLimits limits = {});
Picture read_picture(const std::string& path, PictureLimits limits = {});

// With 1 channel (the grey of ITU-R 601, as Pillow computes it) or 3; opacity is dropped.
Picture with_channels(Picture picture, int64_t channels);

}  // namespace lamina::io

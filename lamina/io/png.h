// PNG pictures as rows of bytes.
//
//   Picture picture = read_png("digit.png");
//   picture.pixels[(y * picture.width + x) * picture.channels + c]
//
// Every kind of PNG is read: palettes become colours, 16 bits become 8, 1 to 4 bits are spread to 0
// .. 255. Grey stays grey with one channel; anything with colour or transparency has 3 or 4.
#pragma once

#include "lamina/io/picture.h"

namespace lamina::io {

Picture parse_png(std::span<const std::byte> bytes, std::string_view source, PictureLimits limits = {});
Picture read_png(const std::string& path, PictureLimits limits = {});

// pixels is [height, width], grey.
void write_png(const std::string& path, int64_t width, int64_t height,
               std::span<const uint8_t> pixels);

}  // namespace lamina::io

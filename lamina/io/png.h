// PNG pictures as rows of bytes.
//
//   Picture picture = read_png("digit.png");
//   picture.pixels[(y * picture.width + x) * picture.channels + c]
//
// Every kind of PNG is read: palettes become colours, 16 bits become 8, 1 to 4 bits are spread to 0
// .. 255. Grey stays grey with one channel; anything with colour or transparency has 3 or 4.
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

struct PngLimits {
  uint64_t pixels = uint64_t{1} << 26;  // checked before the picture is allocated
};

Picture parse_png(std::span<const std::byte> bytes, std::string_view source, PngLimits limits = {});
Picture read_png(const std::string& path, PngLimits limits = {});

// pixels is [height, width], grey.
void write_png(const std::string& path, int64_t width, int64_t height,
               std::span<const uint8_t> pixels);

}  // namespace lamina::io

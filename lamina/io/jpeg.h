// JPEG pictures, through libjpeg-turbo.
//
//   Picture picture = parse_jpeg(bytes, "cat.jpg");
//   Picture small = parse_jpeg(bytes, "cat.jpg", {.reduce = 4});   // a quarter of each side
//
// What is not needed is not decoded: `reduce` computes the smaller picture from the low frequencies
// alone, and of `region` only the blocks that it touches. Grey stays grey; anything else becomes
// red, green, blue. Truncated and damaged pictures are refused, where libjpeg itself fills the rest
// with grey.
#pragma once

#include <memory>

#include "lamina/io/picture.h"

namespace lamina::io {

struct PictureRegion {
  int64_t x = 0, y = 0, width = 0, height = 0;  // without a width: all of it
};

struct JpegOptions {
  PictureLimits limits = {};
  int reduce = 1;             // 1, 2, 4 or 8
  PictureRegion region = {};  // in pixels of the reduced picture
};

struct PictureSize {
  int64_t width = 0, height = 0;
};

// A JPEG whose header has been read, so that its size may decide what of it is decoded.
class JpegReader {
 public:
  JpegReader(std::span<const std::byte> bytes, std::string_view source, PictureLimits limits = {});
  ~JpegReader();
  PictureSize size() const;
  Picture read(int reduce = 1, PictureRegion region = {});  // once

 private:
  struct Decoder;
  std::unique_ptr<Decoder> decoder_;
  std::string_view source_;
};

Picture parse_jpeg(std::span<const std::byte> bytes, std::string_view source,
                   JpegOptions options = {});

// Baseline, 4:2:0, at a quality of 1 to 100: for tests, reports and examples.
void write_jpeg(const std::string& path, const Picture& picture, int quality = 90);

}  // namespace lamina::io

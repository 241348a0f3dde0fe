#include "lamina/io/png_encode.h"

#include <png.h>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::io {

std::string encode_png(const Picture& picture) {
  const uint64_t needed = static_cast<uint64_t>(picture.width) *
                          static_cast<uint64_t>(picture.height) *
                          static_cast<uint64_t>(picture.channels);
  if (picture.width < 1 || picture.height < 1 || needed != picture.pixels.size()) {
    throw ValueError(text("encode_png: expected ", picture.width, " x ", picture.height, " x ",
                          picture.channels, " values, got ", picture.pixels.size()));
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = picture.channels == 1   ? PNG_FORMAT_GRAY
                 : picture.channels == 3 ? PNG_FORMAT_RGB
                                         : PNG_FORMAT_RGBA;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string out(size, '\0');
  const int done =
      png_image_write_to_memory(&image, out.data(), &size, 0, picture.pixels.data(), 0, nullptr);
  const std::string problem = image.message;
  png_image_free(&image);
  if (!done) throw ValueError(text("encode_png: ", problem));
  out.resize(size);
  return out;
}

}  // namespace lamina::io

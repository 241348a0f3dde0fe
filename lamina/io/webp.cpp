#include "lamina/io/webp.h"

#include <webp/decode.h>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"

namespace lamina::io {

namespace {

constexpr std::string_view kHelp = "the picture is truncated, damaged or too large; save it again";

}  // namespace

Picture parse_webp(Bytes bytes, std::string_view source, PictureLimits limits) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures found;
  if (WebPGetFeatures(data, bytes.size(), &found) != VP8_STATUS_OK) {
    throw bad_file(source, 0, "WebP", text(bytes.size(), " bytes"), "a valid header",
                   std::string(kHelp));
  }
  if (found.has_animation) {
    throw bad_file(source, 0, "WebP", "an animation", "a single picture",
                   "save one of its frames as a picture");
  }
  const uint64_t pixels = static_cast<uint64_t>(found.width) * static_cast<uint64_t>(found.height);
  if (pixels > limits.pixels) {
    throw bad_file(source, 0, "WebP", text(found.width, " x ", found.height, " pixels"),
                   text("at most ", limits.pixels, " pixels"), std::string(kHelp));
  }
  Picture picture{found.width, found.height, found.has_alpha ? 4 : 3, {}};
  picture.pixels.resize(pixels * static_cast<uint64_t>(picture.channels));
  const int row = static_cast<int>(picture.width * picture.channels);
  const auto decode = found.has_alpha ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
  if (!decode(data, bytes.size(), picture.pixels.data(), picture.pixels.size(), row)) {
    throw bad_file(source, 0, "WebP", "pixels that cannot be decoded",
                   text(found.width, " x ", found.height, " pixels"), std::string(kHelp));
  }
  return picture;
}

}  // namespace lamina::io

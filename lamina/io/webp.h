// WebP pictures, lossy and lossless, through libwebp; of an animation none.
#pragma once

#include "lamina/io/picture.h"

namespace lamina::io {

Picture parse_webp(std::span<const std::byte> bytes, std::string_view source,
                   PictureLimits limits = {});

}  // namespace lamina::io

// A picture as the bytes of a PNG file, to stand inside of other files.
#pragma once

#include <string>

#include "lamina/io/png.h"

namespace lamina::io {

std::string encode_png(const Picture& picture);  // of 1, 3 or 4 channels

}  // namespace lamina::io

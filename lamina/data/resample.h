// Pictures of another size, within one grey level of what Pillow makes of them.
//
//   io::Picture small = resample(picture, {0, 0, 300, 200}, 32, 32, Interpolation::kBilinear);
//
// Where the picture gets smaller, the filters are widened by the same factor, so that every pixel
// counts (antialiasing).
#pragma once

#include <string_view>

#include "lamina/io/picture.h"

namespace lamina::data {

enum class Interpolation : uint8_t { kNearest, kBilinear, kBicubic, kLanczos };
// "nearest", "bilinear", "bicubic", "lanczos"; ValueError lists them.
Interpolation interpolation(std::string_view name);

struct Box {
  double x = 0, y = 0, width = 0, height = 0;  // in pixels; edges, not centres
};

// The part of the picture within the box, with these sizes.
io::Picture resample(const io::Picture& picture, const Box& box, int64_t height, int64_t width,
                     Interpolation filter);

io::Picture cropped(const io::Picture& picture, int64_t top, int64_t left, int64_t height,
                    int64_t width);

// out(x, y) = in(a x + b y + c, d x + e y + f), coordinates at the centres of pixels; `fill` where
// that is outside.
struct Affine {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};
io::Picture warped(const io::Picture& picture, const Affine& affine, Interpolation filter,
                   uint8_t fill);

}  // namespace lamina::data

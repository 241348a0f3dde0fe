// Internal: lines and letters on a white picture, with soft edges. Enough for charts, without a library.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lamina/io/picture.h"

namespace lamina::train {

class Raster {
 public:
  using Color = std::array<uint8_t, 3>;
  enum class Anchor : uint8_t { Start, Middle, End };

  Raster(int64_t width, int64_t height);

  // Places in pixels, y downwards.
  void line(double x1, double y1, double x2, double y2, double width, Color color);
  void disc(double x, double y, double radius, Color color) { line(x, y, x, y, 2 * radius, color); }
  void paste(const io::Picture& picture, int64_t left, int64_t top);  // of 3 channels
  // Letters of 5 x 7 dots (`dot` pixels each) that stand on y; others than ASCII are question marks.
  void text(double x, double y, const std::string& text, Anchor anchor, int64_t dot, Color color);

  const io::Picture& picture() const { return picture_; }

 private:
  void blend(int64_t x, int64_t y, Color color, double share);
  io::Picture picture_;
};

}  // namespace lamina::train

#include "lamina/train/raster.h"

#include <algorithm>
#include <cmath>

namespace lamina::train {
namespace {

// Letters of 5 x 7 dots from the space on, two more rows where they reach below the line. A row is a digit in
// base 32, its highest bit the leftmost dot.
constexpr const char* kGlyphs[] = {
    "0000000", "4444404",   "aaa0000", "aavavaa",   "4fke5u4",   "op248j3",   "cik8lid",
    "c480000", "2488842",   "8422248", "04lel40",   "044v440",   "00000c48",  "000v000",
    "00000cc", "01248g0",   "ehjlphe", "4c4444e",   "eh1248v",   "v2421he",   "26aiv22",
    "vgu11he", "68guhhe",   "v124888", "ehhehhe",   "ehhf12c",   "0cc0cc0",   "0cc00c48",
    "248g842", "00v0v00",   "8421248", "eh12404",   "eh1dlle",   "ehhvhhh",   "uhhuhhu",
    "ehggghe", "sihhhis",   "vgguggv", "vgguggg",   "ehgnhhf",   "hhhvhhh",   "e44444e",
    "72222ic", "hikokih",   "ggggggv", "hrllhhh",   "hhpljhh",   "ehhhhhe",   "uhhuggg",
    "ehhhlid", "uhhukih",   "fgge11u", "v444444",   "hhhhhhe",   "hhhhha4",   "hhhllla",
    "hha4ahh", "hhha444",   "v1248gv", "e88888e",   "0g84210",   "e22222e",   "4ah0000",
    "000000v", "8420000",   "00e1fhf", "ggmphhu",   "00egghe",   "11djhhf",   "00ehvge",
    "698s888", "00fhhhf1e", "ggmphhh", "40c444e",   "2062222ic", "ggikoki",   "c44444e",
    "00qllhh", "00mphhh",   "00ehhhe", "00uhhhugg", "00fhhhf11", "00mpggg",   "00ege1u",
    "88s8896", "00hhhjd",   "00hhha4", "00hhlla",   "00ha4ah",   "00hhhhf1e", "00v248v",
    "2448442", "4444444",   "8442448", "008l200",
};
constexpr int kAdvance = 6, kAscent = 7;

int row_bits(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

// The distance of a point from a segment.
double distance(double px, double py, double x1, double y1, double x2, double y2) {
  const double dx = x2 - x1, dy = y2 - y1, length = dx * dx + dy * dy;
  const double t =
      length == 0 ? 0 : std::clamp(((px - x1) * dx + (py - y1) * dy) / length, 0.0, 1.0);
  return std::hypot(px - x1 - t * dx, py - y1 - t * dy);
}

}  // namespace

Raster::Raster(int64_t width, int64_t height)
    : picture_{width, height, 3,
               std::vector<uint8_t>(static_cast<size_t>(width * height * 3), 255)} {}

void Raster::blend(int64_t x, int64_t y, Color color, double share) {
  if (x < 0 || y < 0 || x >= picture_.width || y >= picture_.height || share <= 0) return;
  uint8_t* pixel = picture_.pixels.data() + 3 * (y * picture_.width + x);
  for (size_t c = 0; c < 3; ++c) {
    pixel[c] =
        static_cast<uint8_t>(std::lround(pixel[c] + (color[c] - pixel[c]) * std::min(share, 1.0)));
  }
}

void Raster::paste(const io::Picture& picture, int64_t left, int64_t top) {
  for (int64_t y = std::max<int64_t>(0, -top); y < picture.height && y + top < picture_.height; ++y) {
    const int64_t first = std::max<int64_t>(0, -left);
    const int64_t count = std::min(picture.width, picture_.width - left) - first;
    if (count <= 0) return;
    std::copy_n(picture.pixels.begin() + 3 * (y * picture.width + first), 3 * count,
                picture_.pixels.begin() + 3 * ((y + top) * picture_.width + left + first));
  }
}

// A pixel is covered as far as its centre lies within the line's half width, with a soft edge of one pixel.
void Raster::line(double x1, double y1, double x2, double y2, double width, Color color) {
  const double reach = width / 2 + 1;
  const auto left = static_cast<int64_t>(std::floor(std::min(x1, x2) - reach)),
             right = static_cast<int64_t>(std::ceil(std::max(x1, x2) + reach)),
             top = static_cast<int64_t>(std::floor(std::min(y1, y2) - reach)),
             bottom = static_cast<int64_t>(std::ceil(std::max(y1, y2) + reach));
  for (int64_t y = top; y <= bottom; ++y) {
    for (int64_t x = left; x <= right; ++x) {
      const double away =
          distance(static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5, x1, y1, x2, y2);
      blend(x, y, color, width / 2 + 0.5 - away);
    }
  }
}

void Raster::text(double x, double y, const std::string& text, Anchor anchor, int64_t dot,
                  Color color) {
  const double width = static_cast<double>(text.size() * kAdvance - 1) * static_cast<double>(dot);
  if (anchor == Anchor::End) x -= width;
  if (anchor == Anchor::Middle) x -= width / 2;
  auto left = static_cast<int64_t>(std::lround(x));
  const int64_t top = static_cast<int64_t>(std::lround(y)) - kAscent * dot;
  for (char c : text) {
    const bool known = c >= ' ' && c <= '~';
    const std::string_view glyph = kGlyphs[known ? c - ' ' : '?' - ' '];
    for (size_t row = 0; row < glyph.size(); ++row) {
      for (int column = 0; column < 5; ++column) {
        if (!(row_bits(glyph[row]) >> (4 - column) & 1)) continue;
        for (int64_t i = 0; i < dot * dot; ++i) {
          blend(left + column * dot + i % dot, top + static_cast<int64_t>(row) * dot + i / dot,
                color, 1);
        }
      }
    }
    left += kAdvance * dot;
  }
}

}  // namespace lamina::train

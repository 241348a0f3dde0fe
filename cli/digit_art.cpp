#include "cli/digit_art.h"

#include <fmt/format.h>

#include <algorithm>

namespace cli {
namespace {

constexpr int kSide = 8, kWidth = 2 * kSide, kGap = 2;
constexpr const char* kShades[] = {" ", "░", "▒", "▓", "█"};
constexpr const char* kAscii[] = {" ", ".", ":", "*", "#"};

// A pixel is two characters wide, since characters are about twice as high as wide.
std::string picture_line(const DigitPicture& picture, int y, bool unicode) {
  std::string line;
  for (int x = 0; x < kSide; ++x) {
    const float ink = picture.pixels[static_cast<size_t>(y * kSide + x)];
    const int level = std::clamp(static_cast<int>(ink * 4.99f), 0, 4);
    const char* shade = unicode ? kShades[level] : kAscii[level];
    line += shade;
    line += shade;
  }
  return line;
}

}  // namespace

std::string draw(std::span<const DigitPicture> pictures, const Terminal& terminal) {
  const int columns = terminal.interactive ? terminal.columns : 100;
  const auto in_row = static_cast<size_t>(std::max(1, (columns + kGap) / (kWidth + kGap)));
  const std::string gap(kGap, ' ');
  std::string out;
  for (size_t first = 0; first < pictures.size(); first += in_row) {
    const auto row = pictures.subspan(first, std::min(in_row, pictures.size() - first));
    for (int y = 0; y < kSide; ++y) {
      for (const DigitPicture& p : row) out += picture_line(p, y, terminal.unicode) + gap;
      out += '\n';
    }
    for (size_t k = 0; k < row[0].captions.size(); ++k) {
      for (const DigitPicture& p : row) out += fmt::format("{:<{}}", p.captions[k], kWidth + kGap);
      out += '\n';
    }
    out += '\n';
  }
  return out;
}

}  // namespace cli

// Digits in a terminal: 8 lines of 16 characters, darker for more ink.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace cli {

struct DigitPicture {
  std::vector<float> pixels;          // 64, 0 (paper) to 1 (ink)
  std::vector<std::string> captions;  // ASCII, at most 16 characters each
};

// The pictures side by side, as many in a row as the terminal is wide.
std::string draw(std::span<const DigitPicture> pictures, const Terminal& terminal);

}  // namespace cli

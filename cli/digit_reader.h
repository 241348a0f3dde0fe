// Digits from files, as the quickstart's model wants them.
#pragma once

#include <string>
#include <vector>

namespace cli {

struct ReadDigit {
  std::string source;         // "seven.png", "rows.csv line 3"
  std::vector<float> pixels;  // 64, 0 (paper) to 1 (ink)
};

// A PNG of any size: made grey, averaged over 8 x 8 areas, inverted if its border is light. Else
// CSV: rows of 64 numbers, 0 (paper) to 1, to 16 or to 255 (ink), whichever the file's largest
// says. FileError.
std::vector<ReadDigit> read_digits(const std::string& path);

}  // namespace cli

// The shipped digits as a folder of pictures: FOLDER/0/0001.png .. FOLDER/9/1796.png.
#pragma once

#include <cstdint>
#include <string>

namespace lamina::data {

struct ExportOptions {
  int64_t count = -1;  // the first so many; -1: all
  int64_t scale = 4;   // a pixel becomes a square of so many
};
// FileError where the folder exists and is not empty. Returns how many pictures there are.
int64_t export_digits(const std::string& folder, ExportOptions options = {});

}  // namespace lamina::data

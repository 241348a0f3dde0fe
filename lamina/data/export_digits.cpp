#include "lamina/data/export_digits.h"

#include <cstdio>
#include <filesystem>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/digits.h"
#include "lamina/io/errors.h"
#include "lamina/io/png.h"

namespace lamina::data {

int64_t export_digits(const std::string& folder, ExportOptions options) {
  constexpr size_t kSide = 8, kPixels = kSide * kSide;
  const ArrayDataset all = digits();
  const int64_t count = options.count < 0 ? all.size() : options.count;
  if (count < 1 || count > all.size() || options.scale < 1 || options.scale > 64) {
    throw ValueError(text("export_digits: expected a count of 1 to ", all.size(),
                          " and a scale of 1 to 64, got ", options.count, " and ", options.scale));
  }
  namespace fs = std::filesystem;
  std::error_code failed;
  if (fs::exists(folder, failed) && !(fs::is_directory(folder, failed) && fs::is_empty(folder, failed))) {
    throw FileError(text(folder, " exists and is not an empty folder")).detail("file", folder)
        .help("name a folder that is not there yet");
  }
  const std::vector<float> pixels = all.x().to_vector<float>();
  const std::vector<int64_t> labels = all.y().to_vector<int64_t>();
  const auto scale = static_cast<size_t>(options.scale), side = kSide * scale;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    std::vector<uint8_t> picture(side * side);
    for (size_t p = 0; p < picture.size(); ++p) {
      const float ink = pixels[i * kPixels + p / side / scale * kSide + p % side / scale];
      picture[p] = static_cast<uint8_t>(255 - 255 * ink);
    }
    const fs::path place = fs::path(folder) / std::to_string(labels[i]);
    fs::create_directories(place, failed);
    if (failed) throw io::system_error("make the folder", place.string(), failed.value());
    char name[32];
    std::snprintf(name, sizeof name, "%04zu.png", i);
    io::write_png((place / name).string(), static_cast<int64_t>(side), static_cast<int64_t>(side), picture);
  }
  return count;
}

}  // namespace lamina::data

#include "cli/answer_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "lamina/data/resample.h"
#include "lamina/io/atomic_write.h"
#include "lamina/io/errors.h"
#include "lamina/io/png_encode.h"
#include "lamina/train/raster.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
namespace io = lamina::io;
using lamina::train::Raster;

constexpr int64_t kLeast = 240, kMost = 640;  // pixels of the longer side
constexpr int64_t kMargin = 8, kRow = 26, kDot = 2, kLetter = 6 * kDot;
constexpr Raster::Color kInk{17, 24, 39}, kFaint{229, 231, 235}, kBar{37, 99, 235};

// Small pictures grow by whole numbers, so that their pixels stay squares; large ones shrink.
io::Picture at_size(const io::Picture& picture) {
  const int64_t longer = std::max(picture.width, picture.height);
  int64_t width = picture.width, height = picture.height;
  auto how = lamina::data::Interpolation::kBilinear;
  if (longer > kMost) {
    width = std::max<int64_t>(1, width * kMost / longer);
    height = std::max<int64_t>(1, height * kMost / longer);
  } else if (longer < kLeast) {
    const int64_t times = (kLeast + longer - 1) / longer;
    width *= times, height *= times;
    how = lamina::data::Interpolation::kNearest;
  } else {
    return picture;
  }
  const lamina::data::Box all{0, 0, static_cast<double>(picture.width),
                              static_cast<double>(picture.height)};
  return lamina::data::resample(picture, all, height, width, how);
}

// No longer than fits; the middle of a long name says least.
std::string shortened(const std::string& name, int64_t letters) {
  const auto most = static_cast<size_t>(std::max<int64_t>(letters, 5));
  if (name.size() <= most) return name;
  const size_t half = (most - 2) / 2;
  return name.substr(0, half) + ".." + name.substr(name.size() - half);
}

// "cat.jpg" becomes "cat.png", the next one "cat-2.png".
std::string free_name(const std::string& source, std::set<std::string>& taken) {
  const std::string stem = fs::path(source).stem().string();
  std::string name = stem + ".png";
  for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}-{}.png", stem, i);
  return name;
}

}  // namespace

io::Picture answer_picture(const io::Picture& picture, const Answer& answer) {
  const io::Picture shown = at_size(io::with_channels(picture, 3));
  const auto rows = static_cast<int64_t>(answer.best.size());
  const int64_t width = std::max(shown.width, kLeast);
  Raster page(width, shown.height + kMargin + rows * kRow + 4);
  page.paste(shown, (width - shown.width) / 2, 0);
  for (int64_t i = 0; i < rows; ++i) {
    const auto& [name, share] = answer.best[static_cast<size_t>(i)];
    const std::string number =
        answer.is_value ? fmt::format("{:.6g}", share) : fmt::format("{:.1f} %", 100 * share);
    const auto base = static_cast<double>(shown.height + kMargin + i * kRow + 16);
    const double right = static_cast<double>(width - kMargin), left = kMargin;
    const int64_t room = (width - 2 * kMargin) / kLetter - static_cast<int64_t>(number.size()) - 1;
    page.text(left, base, shortened(name, room), Raster::Anchor::Start, kDot, kInk);
    page.text(right, base, number, Raster::Anchor::End, kDot, kInk);
    if (answer.is_value) continue;
    const double end = left + (right - left) * std::clamp(share, 0.0, 1.0);
    page.line(left, base + 5, right, base + 5, 3, kFaint);
    page.line(left, base + 5, end, base + 5, 3, kBar);
  }
  return page.picture();
}

size_t write_answer_pictures(const std::vector<Answer>& answers, const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw io::system_error("create", folder, failed.value());
  std::set<std::string> taken;
  for (const Answer& answer : answers) {
    const io::Picture page = answer_picture(io::read_picture(answer.source), answer);
    io::atomic_write((fs::path(folder) / free_name(answer.source, taken)).string(),
                     io::encode_png(page));
  }
  return taken.size();
}

}  // namespace cli

#include "cli/digit_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/io/bytes.h"
#include "lamina/io/csv.h"
#include "lamina/io/file.h"
#include "lamina/io/png.h"

namespace cli {
namespace {

namespace io = lamina::io;

constexpr int64_t kSide = 8, kPixels = kSide * kSide;

// Lightness 0 .. 1; what is transparent shows white paper.
std::vector<double> lightness(const io::Picture& picture) {
  std::vector<double> result;
  const int64_t c = picture.channels;
  for (int64_t i = 0; i < picture.width * picture.height; ++i) {
    const uint8_t* p = &picture.pixels[static_cast<size_t>(i * c)];
    double light = c == 1 ? p[0] : 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
    if (c == 4) light = light * p[3] / 255 + (255 - p[3]);
    result.push_back(light / 255);
  }
  return result;
}

bool light_background(const std::vector<double>& light, int64_t width, int64_t height) {
  double sum = 0;
  int64_t count = 0;
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      if (x > 0 && y > 0 && x + 1 < width && y + 1 < height) continue;
      sum += light[static_cast<size_t>(y * width + x)];
      ++count;
    }
  }
  return sum > 0.5 * static_cast<double>(count);
}

// How much of source cell i lies in target cell k, when `source` cells are laid over kSide ones.
double overlap(int64_t i, int64_t k, int64_t source) {
  const double scale = static_cast<double>(source) / kSide;
  const double low = std::max(static_cast<double>(i), static_cast<double>(k) * scale);
  const double high = std::min(static_cast<double>(i + 1), static_cast<double>(k + 1) * scale);
  return std::max(0.0, high - low);
}

std::vector<float> area_average(const std::vector<double>& light, int64_t width, int64_t height) {
  std::vector<double> sums(kPixels), weights(kPixels);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      // A source pixel touches the few target cells between its two ends.
      const int64_t top = y * kSide / height,
                    bottom = std::min(kSide - 1, (y + 1) * kSide / height);
      const int64_t left = x * kSide / width, right = std::min(kSide - 1, (x + 1) * kSide / width);
      for (int64_t v = top; v <= bottom; ++v) {
        for (int64_t u = left; u <= right; ++u) {
          const double weight = overlap(y, v, height) * overlap(x, u, width);
          sums[static_cast<size_t>(v * kSide + u)] +=
              weight * light[static_cast<size_t>(y * width + x)];
          weights[static_cast<size_t>(v * kSide + u)] += weight;
        }
      }
    }
  }
  std::vector<float> result;
  for (size_t i = 0; i < sums.size(); ++i)
    result.push_back(static_cast<float>(sums[i] / weights[i]));
  return result;
}

ReadDigit from_picture(const io::Picture& picture, const std::string& path) {
  std::vector<double> light = lightness(picture);
  if (light_background(light, picture.width, picture.height)) {
    for (double& value : light) value = 1 - value;
  }
  return {path, area_average(light, picture.width, picture.height)};
}

std::vector<ReadDigit> from_table(const io::CsvTable& table, const std::string& path) {
  if (table.columns != kPixels) {
    throw lamina::FileError(
        fmt::format("{}: expected rows of {} numbers, got {}", path, kPixels, table.columns))
        .detail("file", path)
        .help("a row is an image of 8 x 8 pixels, line by line from the top left");
  }
  double largest = 0;
  for (double value : table.values) {
    if (!(value >= 0 && value <= 255)) {
      throw lamina::FileError(
          fmt::format("{}: expected numbers from 0 to 255, got {}", path, value))
          .detail("file", path);
    }
    largest = std::max(largest, value);
  }
  const double scale = largest <= 1 ? 1 : largest <= 16 ? 16 : 255;
  std::vector<ReadDigit> digits;
  for (int64_t row = 0; row < table.rows; ++row) {
    ReadDigit digit{fmt::format("{} row {}", path, row + 1), {}};
    for (int64_t i = 0; i < kPixels; ++i) {
      digit.pixels.push_back(
          static_cast<float>(table.values[static_cast<size_t>(row * kPixels + i)] / scale));
    }
    digits.push_back(std::move(digit));
  }
  return digits;
}

}  // namespace

std::vector<ReadDigit> read_digits(const std::string& path) {
  const io::MappedFile file(path);
  if (io::as_text(file.bytes()).starts_with("\x89PNG")) {
    return {from_picture(io::parse_png(file.bytes(), path), path)};
  }
  return from_table(io::parse_csv(io::as_text(file.bytes()), path), path);
}

}  // namespace cli

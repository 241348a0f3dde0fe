#include "lamina/data/flip_rotate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/transforms.h"

namespace lamina::data {

double checked_probability(double p, const char* name) {
  if (!(p >= 0 && p <= 1)) {
    throw ValueError(text(name, ": expected a probability within 0 and 1, got ", p));
  }
  return p;
}

void flip_columns(io::Picture& picture) {
  const auto channels = static_cast<size_t>(picture.channels),
             width = static_cast<size_t>(picture.width);
  for (size_t y = 0; y < static_cast<size_t>(picture.height); ++y) {
    uint8_t* left = &picture.pixels[y * width * channels];
    if (channels == 1) {
      std::reverse(left, left + width);
      continue;
    }
    for (uint8_t* right = left + (width - 1) * channels; left < right;
         left += channels, right -= channels) {
      std::swap_ranges(left, left + channels, right);
    }
  }
}

void flip_rows(io::Picture& picture) {
  const auto row = picture.width * picture.channels;
  for (int64_t y = 0; y < picture.height / 2; ++y) {
    std::swap_ranges(picture.pixels.begin() + y * row, picture.pixels.begin() + (y + 1) * row,
                     picture.pixels.begin() + (picture.height - 1 - y) * row);
  }
}

io::Picture rotated(const io::Picture& picture, double degrees, Interpolation filter,
                    uint8_t fill) {
  const double angle = -degrees * std::numbers::pi / 180;
  const double c = std::cos(angle), s = std::sin(angle);
  const double x = static_cast<double>(picture.width) / 2,
               y = static_cast<double>(picture.height) / 2;
  return warped(picture, {c, s, x - c * x - s * y, -s, c, y + s * x - c * y}, filter, fill);
}

RandomHorizontalFlip::RandomHorizontalFlip(double p)
    : p_(checked_probability(p, "RandomHorizontalFlip")) {}
void RandomHorizontalFlip::apply(Sample& sample, RandomChoices& random) const {
  if (random.chance(p_)) flip_columns(sample.picture);
}
std::string RandomHorizontalFlip::description() const {
  return text("RandomHorizontalFlip(", p_, ")");
}

RandomVerticalFlip::RandomVerticalFlip(double p)
    : p_(checked_probability(p, "RandomVerticalFlip")) {}
void RandomVerticalFlip::apply(Sample& sample, RandomChoices& random) const {
  if (random.chance(p_)) flip_rows(sample.picture);
}
std::string RandomVerticalFlip::description() const { return text("RandomVerticalFlip(", p_, ")"); }

RandomRotation::RandomRotation(Range degrees, RandomRotationOptions options)
    : degrees_(degrees),
      options_(std::move(options)),
      interpolation_(data::interpolation(options_.interpolation)) {
  if (!(degrees_.first <= degrees_.second && std::isfinite(degrees_.first) &&
        std::isfinite(degrees_.second))) {
    throw ValueError(
        text("RandomRotation: expected a number of degrees that is not negative, or a "
             "range, got (",
             degrees_.first, ", ", degrees_.second, ")"));
  }
}
void RandomRotation::apply(Sample& sample, RandomChoices& random) const {
  const double angle = random.uniform(degrees_.first, degrees_.second);
  sample.picture = rotated(sample.picture, angle, interpolation_, options_.fill);
}
std::string RandomRotation::description() const {
  return text("RandomRotation((", degrees_.first, ", ", degrees_.second, "))");
}

}  // namespace lamina::data

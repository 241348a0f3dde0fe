#include <algorithm>
#include <array>
#include <utility>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/colours.h"
#include "lamina/data/transforms.h"

namespace lamina::data {

namespace {

double factor(double width, RandomChoices& random) {
  return random.uniform(std::max(0.0, 1 - width), 1 + width);
}

}  // namespace

ColorJitter::ColorJitter(ColorJitterOptions options) : options_(options) {
  for (const auto& [name, value, most] : {std::tuple{"brightness", options.brightness, 1e6},
                                          {"contrast", options.contrast, 1e6},
                                          {"saturation", options.saturation, 1e6},
                                          {"hue", options.hue, 0.5}}) {
    if (!(value >= 0 && value <= most)) {
      throw ValueError(
          text("ColorJitter: expected ", name, " within 0 and ", most, ", got ", value));
    }
  }
}

void ColorJitter::apply(Sample& sample, RandomChoices& random) const {
  std::array<int, 4> order = {0, 1, 2, 3};
  for (size_t i = 4; i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<size_t>(random.below(static_cast<int64_t>(i)))]);
  }
  const double brightness = factor(options_.brightness, random),
               contrast = factor(options_.contrast, random);
  const double saturation = factor(options_.saturation, random),
               hue = random.uniform(-options_.hue, options_.hue);
  for (int step : order) {
    if (step == 0 && options_.brightness > 0) adjust_brightness(sample.picture, brightness);
    if (step == 1 && options_.contrast > 0) adjust_contrast(sample.picture, contrast);
    if (step == 2 && options_.saturation > 0) adjust_saturation(sample.picture, saturation);
    if (step == 3 && options_.hue > 0) adjust_hue(sample.picture, hue);
  }
}

std::string ColorJitter::description() const {
  return text("ColorJitter(", options_.brightness, ", ", options_.contrast, ", ",
              options_.saturation, ", ", options_.hue, ")");
}

Grayscale::Grayscale(int64_t num_output_channels) : channels_(num_output_channels) {
  if (channels_ != 1 && channels_ != 3) {
    throw ValueError(text("Grayscale: expected 1 or 3 output channels, got ", channels_));
  }
}

void Grayscale::apply(Sample& sample, RandomChoices&) const {
  sample.picture = io::with_channels(io::with_channels(std::move(sample.picture), 1), channels_);
}

std::string Grayscale::description() const { return text("Grayscale(", channels_, ")"); }

}  // namespace lamina::data

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/flip_rotate.h"
#include "lamina/data/pixel_kernels.h"
#include "lamina/data/transforms.h"

namespace lamina::data {

namespace {

void make_floats(Sample& sample, const std::vector<float>& scale, const std::vector<float>& shift) {
  const io::Picture& p = sample.picture;
  sample.values.resize(p.pixels.size());
  planes_from_pixels(p.pixels.data(), static_cast<size_t>(p.width * p.height),
                     static_cast<size_t>(p.channels), scale.data(), shift.data(),
                     sample.values.data());
  sample.is_float = true;
}

double one_of(const std::vector<double>& values, size_t channel) {
  return values[values.size() == 1 ? 0 : channel];
}

}  // namespace

void ToFloat::apply(Sample& sample, RandomChoices&) const {
  const auto channels = static_cast<size_t>(sample.picture.channels);
  make_floats(sample, std::vector<float>(channels, 1.0f / 255), std::vector<float>(channels, 0.0f));
}

Normalize::Normalize(std::vector<double> mean, std::vector<double> std)
    : mean_(std::move(mean)), std_(std::move(std)) {
  if (mean_.empty() || mean_.size() != std_.size()) {
    throw ValueError(text("Normalize: expected as many means as deviations, got ", mean_.size(),
                          " and ", std_.size()));
  }
  for (size_t c = 0; c < std_.size(); ++c) {
    if (!(std_[c] > 0) || !std::isfinite(std_[c]) || !std::isfinite(mean_[c])) {
      throw ValueError(text("Normalize: expected finite means and deviations above 0, got ",
                            mean_[c], " and ", std_[c]));
    }
  }
}

void Normalize::apply(Sample& sample, RandomChoices&) const {
  const auto channels = static_cast<size_t>(sample.picture.channels);
  if (mean_.size() != 1 && mean_.size() != channels) {
    throw ShapeError(
        text("Normalize: expected a mean for each of ", channels, " channels, got ", mean_.size()));
  }
  std::vector<float> scale(channels), shift(channels);
  const double unit = sample.is_float ? 1 : 1.0 / 255;
  for (size_t c = 0; c < channels; ++c) {
    scale[c] = static_cast<float>(unit / one_of(std_, c));
    shift[c] = static_cast<float>(-one_of(mean_, c) / one_of(std_, c));
  }
  if (!sample.is_float) return make_floats(sample, scale, shift);
  const size_t plane = sample.values.size() / channels;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    sample.values[i] = sample.values[i] * scale[i / plane] + shift[i / plane];
  }
}

std::string Normalize::description() const {
  return text("Normalize(", list_text(mean_), ", ", list_text(std_), ")");
}

RandomErasing::RandomErasing(double p, RandomErasingOptions options)
    : p_(checked_probability(p, "RandomErasing")), options_(options) {
  for (const Range& range : {options.scale, options.ratio}) {
    if (!(range.first > 0 && range.first <= range.second && std::isfinite(range.second))) {
      throw ValueError(
          text("RandomErasing: expected scale and ratio as two numbers above 0, the "
               "smaller one first, got (",
               range.first, ", ", range.second, ")"));
    }
  }
}

void RandomErasing::apply(Sample& sample, RandomChoices& random) const {
  if (!random.chance(p_)) return;
  const io::Picture& p = sample.picture;
  const double area = static_cast<double>(p.height) * static_cast<double>(p.width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double target = area * random.uniform(options_.scale.first, options_.scale.second);
    const double ratio =
        std::exp(random.uniform(std::log(options_.ratio.first), std::log(options_.ratio.second)));
    const auto height = static_cast<int64_t>(std::nearbyint(std::sqrt(target * ratio)));
    const auto width = static_cast<int64_t>(std::nearbyint(std::sqrt(target / ratio)));
    if (height < 1 || width < 1 || height >= p.height || width >= p.width) continue;
    const int64_t top = random.below(p.height - height + 1),
                  left = random.below(p.width - width + 1);
    for (int64_t c = 0; c < p.channels; ++c) {
      for (int64_t y = top; y < top + height; ++y) {
        for (int64_t x = left; x < left + width; ++x) {
          const double value = options_.random_values ? random.normal() : options_.value;
          if (sample.is_float) {
            sample.values[static_cast<size_t>((c * p.height + y) * p.width + x)] =
                static_cast<float>(value);
          } else {
            sample.picture.pixels[static_cast<size_t>((y * p.width + x) * p.channels + c)] =
                static_cast<uint8_t>(std::clamp(
                    options_.random_values ? 255 * random.uniform() : value, 0.0, 255.0));
          }
        }
      }
    }
    return;
  }
}

std::string RandomErasing::description() const { return text("RandomErasing(", p_, ")"); }

}  // namespace lamina::data

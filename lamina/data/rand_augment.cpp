// The operations and their magnitudes are those of torchvision: bin m of n - 1 is the share
// m / (n - 1) of the largest.
#include <cmath>
#include <numbers>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/colours.h"
#include "lamina/data/flip_rotate.h"
#include "lamina/data/transforms.h"

namespace lamina::data {

namespace {

enum class Operation {
  kIdentity,
  kShearX,
  kShearY,
  kTranslateX,
  kTranslateY,
  kRotate,
  kBrightness,
  kColor,
  kContrast,
  kSharpness,
  kPosterize,
  kSolarize,
  kAutoContrast,
  kEqualize,
  kCount
};

void warp(io::Picture& picture, const Affine& affine) {
  picture = warped(picture, affine, Interpolation::kNearest, 0);
}

// `share` of the largest magnitude; `sign` for those that have two directions.
void change(io::Picture& picture, Operation operation, double share, double sign) {
  const double shear = 0.3 * share * sign, enhanced = 1 + 0.9 * share * sign;
  const double move = std::trunc(150.0 / 331 * share * static_cast<double>(picture.width)) * sign;
  const double lift = std::trunc(150.0 / 331 * share * static_cast<double>(picture.height)) * sign;
  switch (operation) {
    case Operation::kShearX:
      return warp(picture, {.b = -shear});
    case Operation::kShearY:
      return warp(picture, {.d = -shear});
    case Operation::kTranslateX:
      return warp(picture, {.c = -move});
    case Operation::kTranslateY:
      return warp(picture, {.f = -lift});
    case Operation::kRotate:
      picture = rotated(picture, 30 * share * sign, Interpolation::kNearest, 0);
      return;
    case Operation::kBrightness:
      return adjust_brightness(picture, enhanced);
    case Operation::kColor:
      return adjust_saturation(picture, enhanced);
    case Operation::kContrast:
      return adjust_contrast(picture, enhanced);
    case Operation::kSharpness:
      return adjust_sharpness(picture, enhanced);
    case Operation::kPosterize:
      return posterize(picture, 8 - static_cast<int>(std::nearbyint(4 * share)));
    case Operation::kSolarize:
      return solarize(picture, static_cast<int>(255 * (1 - share)));
    case Operation::kAutoContrast:
      return autocontrast(picture);
    case Operation::kEqualize:
      return equalize(picture);
    default:
      return;
  }
}

}  // namespace

RandAugment::RandAugment(RandAugmentOptions options) : options_(options) {
  if (options.num_ops < 0 || options.num_ops > 100) {
    throw ValueError(text("RandAugment: expected num_ops within 0 and 100, got ", options.num_ops));
  }
  if (options.num_magnitude_bins < 2 || options.magnitude < 0 ||
      options.magnitude >= options.num_magnitude_bins) {
    throw ValueError(
        text("RandAugment: expected a magnitude within 0 and num_magnitude_bins - 1, got ",
             options.magnitude, " of ", options.num_magnitude_bins));
  }
}

void RandAugment::apply(Sample& sample, RandomChoices& random) const {
  const double share = static_cast<double>(options_.magnitude) /
                       static_cast<double>(options_.num_magnitude_bins - 1);
  for (int64_t i = 0; i < options_.num_ops; ++i) {
    const auto operation =
        static_cast<Operation>(random.below(static_cast<int64_t>(Operation::kCount)));
    change(sample.picture, operation, share, random.chance(0.5) ? -1 : 1);
  }
}

std::string RandAugment::description() const {
  return text("RandAugment(", options_.num_ops, ", ", options_.magnitude, ")");
}

}  // namespace lamina::data

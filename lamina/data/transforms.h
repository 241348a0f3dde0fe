// The transforms, under torchvision's names: windows (Resize, crops), mirrors and rotation, colours,
// conversion to numbers, and the two automatic ones (RandAugment, RandomErasing).
#pragma once

#include <array>
#include <utility>

#include "lamina/data/transform.h"

namespace lamina::data {

// 224, or (height, width).
struct ImageSize {
  ImageSize(int64_t side) : height(side), width(side), is_pair(false) {}
  ImageSize(int side) : ImageSize(static_cast<int64_t>(side)) {}
  ImageSize(int64_t height, int64_t width) : height(height), width(width), is_pair(true) {}
  int64_t height, width;
  bool is_pair;
};
using Range = std::pair<double, double>;

// --- windows: resize_crop.cpp --------------------------------------------------------------------

// One number is the length of the shorter side, the other keeps the proportion; a pair is both.
class Resize : public Transform {
 public:
  explicit Resize(ImageSize size, std::string_view interpolation = "bilinear");
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  std::optional<Window> window(int64_t height, int64_t width, RandomChoices&) const override;

 private:
  ImageSize size_;
  Interpolation interpolation_;
};

// The middle; pictures that are smaller are padded with zeros.
class CenterCrop : public Transform {
 public:
  explicit CenterCrop(ImageSize size);
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  std::optional<Window> window(int64_t height, int64_t width, RandomChoices&) const override;

 private:
  ImageSize size_;
};

struct RandomCropOptions {
  int64_t padding = 0;         // zeros on each side, before cropping
  bool pad_if_needed = false;  // pictures that are smaller; a ValueError otherwise
};
class RandomCrop : public Transform {
 public:
  explicit RandomCrop(ImageSize size, RandomCropOptions options = {});
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool is_random() const override { return true; }
  std::optional<Window> window(int64_t height, int64_t width, RandomChoices& random) const override;

 private:
  ImageSize size_;
  RandomCropOptions options_;
};

struct RandomResizedCropOptions {
  Range scale = {0.08, 1.0};         // of the picture's area
  Range ratio = {3.0 / 4, 4.0 / 3};  // width to height
  std::string interpolation = "bilinear";
};
// A part of random size, place and proportion, resized (Szegedy et al. 2015).
class RandomResizedCrop : public Transform {
 public:
  explicit RandomResizedCrop(ImageSize size, RandomResizedCropOptions options = {});
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool is_random() const override { return true; }
  std::optional<Window> window(int64_t height, int64_t width, RandomChoices& random) const override;

 private:
  ImageSize size_;
  RandomResizedCropOptions options_;
  Interpolation interpolation_;
};

// --- mirrors and rotation: flip_rotate.cpp -------------------------------------------------------

class RandomHorizontalFlip : public Transform {
 public:
  explicit RandomHorizontalFlip(double p = 0.5);
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool is_random() const override { return true; }

 private:
  double p_;
};

class RandomVerticalFlip : public Transform {
 public:
  explicit RandomVerticalFlip(double p = 0.5);
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool is_random() const override { return true; }

 private:
  double p_;
};

struct RandomRotationOptions {
  std::string interpolation = "nearest";
  uint8_t fill = 0;
};
// About the centre, by an angle of `degrees` in degrees, counter-clockwise; the size stays.
class RandomRotation : public Transform {
 public:
  explicit RandomRotation(Range degrees, RandomRotationOptions options = {});
  explicit RandomRotation(double degrees, RandomRotationOptions options = {})
      : RandomRotation(Range(-degrees, degrees), std::move(options)) {}
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool is_random() const override { return true; }

 private:
  Range degrees_;
  RandomRotationOptions options_;
  Interpolation interpolation_;
};

// --- colours: colour_transforms.cpp --------------------------------------------------------------

struct ColorJitterOptions {
  double brightness = 0, contrast = 0, saturation = 0;  // factors within 1 - x .. 1 + x
  double hue = 0;                                       // a turn within -hue .. hue, at most 0.5
};
// The four in random order.
class ColorJitter : public Transform {
 public:
  explicit ColorJitter(ColorJitterOptions options = {});
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool is_random() const override { return true; }

 private:
  ColorJitterOptions options_;
};

// ITU-R 601 luma in 1 channel, or 3 equal ones.
class Grayscale : public Transform {
 public:
  explicit Grayscale(int64_t num_output_channels = 1);
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;

 private:
  int64_t channels_;
};

// --- numbers: float_transforms.cpp ---------------------------------------------------------------

// 0 .. 255 becomes 0 .. 1.
class ToFloat : public Transform {
 public:
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override { return "ToFloat()"; }
  bool makes_floats() const override { return true; }
};
using ToTensor = ToFloat;

// (value - mean) / std for each channel; bytes become 0 .. 1 first. Without numbers: those of ImageNet.
class Normalize : public Transform {
 public:
  explicit Normalize(std::vector<double> mean = {0.485, 0.456, 0.406},
                     std::vector<double> std = {0.229, 0.224, 0.225});
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool takes_floats() const override { return true; }
  bool makes_floats() const override { return true; }

 private:
  std::vector<double> mean_, std_;
};

struct RandomErasingOptions {
  Range scale = {0.02, 0.33};  // of the picture's area
  Range ratio = {0.3, 3.3};
  double value = 0;
  bool random_values = false;  // normally distributed instead of `value`
};
// With probability p one rectangle is overwritten (Zhong et al. 2017).
class RandomErasing : public Transform {
 public:
  explicit RandomErasing(double p = 0.5, RandomErasingOptions options = {});
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool is_random() const override { return true; }
  bool takes_floats() const override { return true; }

 private:
  double p_;
  RandomErasingOptions options_;
};

// --- automatic: rand_augment.cpp -----------------------------------------------------------------

struct RandAugmentOptions {
  int64_t num_ops = 2;
  int64_t magnitude = 9;
  int64_t num_magnitude_bins = 31;
};
// num_ops of 14 operations, each at the same magnitude (Cubuk et al. 2019).
class RandAugment : public Transform {
 public:
  explicit RandAugment(RandAugmentOptions options = {});
  void apply(Sample& sample, RandomChoices& random) const override;
  std::string description() const override;
  bool is_random() const override { return true; }

 private:
  RandAugmentOptions options_;
};

}  // namespace lamina::data

// Transform: a step between a picture file and what a net is given. A list of them is part of an
// image dataset; they run on the loader's threads.
//
//   data::ImageFolder train("flowers/train", {.transforms = {
//       data::RandomResizedCrop(224), data::RandomHorizontalFlip(), data::Normalize()}});
//
// Names and meanings are torchvision's. Pictures stay bytes [height, width, channels] until ToFloat or
// Normalize turns them into numbers [channels, height, width]; what comes after those is RandomErasing.
// Every random choice follows from (seed, epoch, number of the example) alone.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/data/random_choices.h"
#include "lamina/data/resample.h"
#include "lamina/io/picture.h"

namespace lamina::data {

// A picture on its way: bytes first, numbers at the end.
struct Sample {
  io::Picture picture;
  std::vector<float> values;  // [channels, height, width] once there are any
  bool is_float = false;
};

// The part of a picture that a transform keeps, and the size it gives it.
struct Window {
  int64_t top = 0, left = 0, height = 0, width = 0;
  int64_t out_height = 0, out_width = 0;
  Interpolation interpolation = Interpolation::kBilinear;
};

class Transform {
 public:
  virtual ~Transform() = default;
  virtual void apply(Sample& sample, RandomChoices& random) const = 0;
  virtual std::string description() const = 0;  // "RandomCrop(32, padding=4)"
  // What it does to pixels uint8 [height, width, 1 or 3]: the same kind, or float32 [channels, height,
  // width] of those that make floats.
  Array operator()(const Array& pixels, uint64_t seed = 0) const;
  virtual bool is_random() const { return false; }
  virtual bool takes_floats() const { return false; }  // also after ToFloat
  virtual bool makes_floats() const { return false; }
  // Of transforms that keep one window of a picture of this size: that window. It lets a decoder leave
  // out the rest.
  virtual std::optional<Window> window(int64_t /*height*/, int64_t /*width*/,
                                       RandomChoices& /*random*/) const {
    return std::nullopt;
  }
};

// A transform as an argument: by value or shared.
class AnyTransform {
 public:
  AnyTransform(std::shared_ptr<const Transform> transform) : transform_(std::move(transform)) {}
  template <std::derived_from<Transform> T>
  AnyTransform(T transform) : transform_(std::make_shared<const T>(std::move(transform))) {}
  const Transform* operator->() const { return transform_.get(); }
  const Transform& operator*() const { return *transform_; }

 private:
  std::shared_ptr<const Transform> transform_;
};
using Transforms = std::vector<AnyTransform>;

// ValueError where one of them needs bytes after another has made floats.
void check_order(const Transforms& transforms);

// Crops and resizes in one step; shared by the transforms that have a window.
io::Picture through(const io::Picture& picture, const Window& window);

}  // namespace lamina::data

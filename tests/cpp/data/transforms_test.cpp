// Expected values are Pillow's and torchvision's for the same pictures; see
// tests/conformance/pictures_agreement.py, which compares many more with the libraries themselves.
#include "lamina/data/transforms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lamina/base/error.h"
#include "lamina/data/colours.h"
#include "lamina/data/flip_rotate.h"
#include "lamina/ops/creation.h"

using namespace lamina;
using namespace lamina::data;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Array pixels(int64_t height, int64_t width, int64_t channels) {
  std::vector<uint8_t> values;
  for (int64_t i = 0; i < height * width * channels; ++i)
    values.push_back(static_cast<uint8_t>(37 * i + i * i % 91));
  return from_data(values.data(), {height, width, channels}, uint8);
}

}  // namespace

TEST(Transforms, HaveTorchvisionsSizes) {
  const Array x = pixels(20, 33, 3);
  EXPECT_EQ(Resize(10)(x).shape(), (Shape{10, 16, 3}));
  EXPECT_EQ(Resize({7, 9})(x).shape(), (Shape{7, 9, 3}));
  EXPECT_EQ(CenterCrop(8)(x).shape(), (Shape{8, 8, 3}));
  EXPECT_EQ(CenterCrop({30, 40})(x).shape(), (Shape{30, 40, 3}));
  EXPECT_EQ(RandomCrop(20, {.padding = 2})(x).shape(), (Shape{20, 20, 3}));
  EXPECT_EQ(RandomCrop(64, {.pad_if_needed = true})(x).shape(), (Shape{64, 64, 3}));
  EXPECT_EQ(RandomResizedCrop({5, 6})(x).shape(), (Shape{5, 6, 3}));
  EXPECT_EQ(Grayscale(3)(x).shape(), (Shape{20, 33, 3}));
  EXPECT_EQ(ToFloat()(x).shape(), (Shape{3, 20, 33}));
  EXPECT_EQ(RandAugment()(x).shape(), x.shape());
  EXPECT_EQ(RandomRotation(30)(x).shape(), x.shape());
}

TEST(Transforms, TakeTheMiddle) {
  const Array x =
      from_data(std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8}.data(), {3, 3, 1}, uint8);
  EXPECT_THAT(CenterCrop(1)(x).to_vector<uint8_t>(), ElementsAre(4));
  EXPECT_THAT(RandomHorizontalFlip(1)(x).to_vector<uint8_t>(),
              ElementsAre(2, 1, 0, 5, 4, 3, 8, 7, 6));
  EXPECT_THAT(RandomVerticalFlip(1)(x).to_vector<uint8_t>(),
              ElementsAre(6, 7, 8, 3, 4, 5, 0, 1, 2));
  EXPECT_THAT(RandomHorizontalFlip(0)(x).to_vector<uint8_t>(),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(Transforms, MakeNumbers) {
  const Array flat = from_data(std::vector<uint8_t>{0, 255, 51, 102}.data(), {2, 2}, uint8);
  const Array rgb = from_data(std::vector<uint8_t>{255, 0, 51}.data(), {1, 1, 3}, uint8);
  EXPECT_THAT(ToFloat()(rgb).to_vector<float>(), ElementsAre(1.0f, 0.0f, testing::FloatEq(0.2f)));
  EXPECT_THAT(Normalize({0.5}, {0.25})(rgb).to_vector<float>(),
              ElementsAre(testing::FloatNear(2, 1e-6f), testing::FloatNear(-2, 1e-6f),
                          testing::FloatNear(-1.2f, 1e-6f)));
  EXPECT_THROW(ToFloat()(flat), ShapeError);
}

TEST(Transforms, KeepTheOrder) {
  EXPECT_NO_THROW(check_order({Resize(8), ToFloat(), Normalize(), RandomErasing()}));
  try {
    check_order({ToFloat(), Resize(8)});
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Resize(8) works on bytes, but ToFloat() before it"));
  }
}

TEST(Transforms, RefuseWhatTheyCannotMean) {
  EXPECT_THROW(Resize(0), ValueError);
  EXPECT_THROW(Resize(int64_t{1} << 40), ValueError);
  EXPECT_THROW(Resize(8, "cubic"), ValueError);
  EXPECT_THROW(RandomCrop(8, {.padding = -1}), ValueError);
  EXPECT_THROW(RandomCrop(64)(pixels(8, 8, 3)), ValueError);
  EXPECT_THROW(RandomResizedCrop(8, {.scale = {0.5, 0.1}}), ValueError);
  EXPECT_THROW(RandomResizedCrop(8, {.ratio = {0, 1}}), ValueError);
  EXPECT_THROW(RandomHorizontalFlip(1.5), ValueError);
  EXPECT_THROW(RandomHorizontalFlip(std::nan("")), ValueError);
  EXPECT_THROW(RandomRotation(std::nan("")), ValueError);
  EXPECT_THROW(RandomRotation(-3), ValueError);
  EXPECT_THROW(ColorJitter({.hue = 0.6}), ValueError);
  EXPECT_THROW(ColorJitter({.contrast = -1}), ValueError);
  EXPECT_THROW(Grayscale(2), ValueError);
  EXPECT_THROW(Normalize({0}, {0}), ValueError);
  EXPECT_THROW(Normalize({0, 0}, {1}), ValueError);
  EXPECT_THROW(Normalize({0, 0}, {1, 1})(pixels(2, 2, 3)), ShapeError);
  EXPECT_THROW(RandomErasing(2), ValueError);
  EXPECT_THROW(RandAugment({.magnitude = 31}), ValueError);
}

TEST(Transforms, DependOnTheSeedAlone) {
  const Array x = pixels(24, 24, 3);
  for (const AnyTransform& t :
       Transforms{RandomCrop(8), RandomResizedCrop(8), RandomRotation(40), RandAugment(),
                  ColorJitter({0.5, 0.5, 0.5, 0.2}), RandomErasing(1)}) {
    std::set<std::vector<uint8_t>> seen;
    for (uint64_t seed = 0; seed < 6; ++seed) {
      const std::vector<uint8_t> once = (*t)(x, seed).to_vector<uint8_t>();
      EXPECT_EQ(once, (*t)(x, seed).to_vector<uint8_t>()) << t->description();
      seen.insert(once);
    }
    EXPECT_GT(seen.size(), 3u) << t->description();
  }
}

TEST(Transforms, EraseOneRectangle) {
  const Array x = full({10, 10, 1}, array(200, uint8), uint8);
  const Array erased = RandomErasing(1, {.scale = {0.2, 0.2}, .ratio = {1, 1}})(x);
  int64_t zeros = 0;
  for (uint8_t value : erased.to_vector<uint8_t>()) zeros += value == 0;
  EXPECT_EQ(zeros, 16);  // a square of 0.2 x 100 pixels, rounded
}

// Image.resize of Pillow for the grey row 0, 50, 100, 250.
TEST(Resample, IsPillows) {
  const io::Picture row{4, 1, 1, {0, 50, 100, 250}};
  const auto resized = [&](int64_t width, Interpolation kind) {
    return resample(row, {0, 0, 4, 1}, 1, width, kind).pixels;
  };
  EXPECT_THAT(resized(2, Interpolation::kBilinear), ElementsAre(36, 157));
  EXPECT_THAT(resized(8, Interpolation::kBilinear), ElementsAre(0, 13, 38, 63, 88, 138, 213, 250));
  EXPECT_THAT(resized(2, Interpolation::kNearest), ElementsAre(50, 250));
}

TEST(Colours, ArePillows) {
  io::Picture p{2, 1, 3, {10, 20, 30, 200, 100, 50}};
  adjust_brightness(p, 1.5);
  EXPECT_THAT(p.pixels, ElementsAre(15, 30, 45, 255, 150, 75));
  adjust_saturation(p, 0);
  EXPECT_THAT(p.pixels, ElementsAre(27, 27, 27, 173, 173, 173));
  p = {1, 1, 3, {255, 0, 0}};
  adjust_hue(p, 1.0 / 3);
  EXPECT_THAT(p.pixels, ElementsAre(0, 255, 0));
  p = {3, 1, 1, {50, 100, 150}};
  autocontrast(p);
  EXPECT_THAT(p.pixels, ElementsAre(0, 127, 255));
  posterize(p, 1);
  EXPECT_THAT(p.pixels, ElementsAre(0, 0, 128));
  solarize(p, 128);
  EXPECT_THAT(p.pixels, ElementsAre(0, 0, 127));
}

TEST(Rotation, TurnsCounterClockwise) {
  const io::Picture p{2, 2, 1, {1, 2, 3, 4}};
  EXPECT_THAT(rotated(p, 90, Interpolation::kNearest, 0).pixels, ElementsAre(2, 4, 1, 3));
  EXPECT_THAT(rotated(p, 180, Interpolation::kNearest, 0).pixels, ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(
      rotated({3, 3, 1, {0, 1, 0, 0, 0, 0, 0, 0, 0}}, 90, Interpolation::kBilinear, 0).pixels[3],
      1);
}

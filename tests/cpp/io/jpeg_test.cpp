#include "lamina/io/jpeg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "lamina/base/error.h"
#include "lamina/io/bytes.h"
#include "lamina/io/file.h"
#include "lamina/io/picture.h"
#include "tests/cpp/io/damage.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using io::Picture;
using testing::HasSubstr;

namespace {

Picture waves(int64_t width, int64_t height, int64_t channels = 3) {
  Picture picture{width, height, channels, {}};
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      for (int64_t c = 0; c < channels; ++c) {
        picture.pixels.push_back(
            static_cast<uint8_t>(128 + 60 * std::sin(0.11 * static_cast<double>(x * (c + 1))) +
                                 60 * std::cos(0.07 * static_cast<double>(y + 9 * c))));
      }
    }
  }
  return picture;
}

std::vector<std::byte> encoded(const Picture& picture, int quality = 90) {
  const TemporaryFolder folder;
  io::write_jpeg(folder / "x.jpg", picture, quality);
  return io::read_file(folder / "x.jpg");
}

}  // namespace

TEST(Jpeg, RoundTripsNearly) {
  for (int64_t channels : {1, 3}) {
    const Picture before = waves(50, 37, channels);
    const Picture after = io::parse_jpeg(encoded(before, 98), "x.jpg");
    ASSERT_EQ(after.width, 50);
    ASSERT_EQ(after.height, 37);
    ASSERT_EQ(after.channels, channels);
    double sum = 0;
    for (size_t i = 0; i < before.pixels.size(); ++i)
      sum += std::abs(before.pixels[i] - after.pixels[i]);
    EXPECT_LT(sum / static_cast<double>(before.pixels.size()), channels == 1 ? 1.0 : 6.0);
  }
}

// What is decoded of a region, reduced or not, are the pixels that the whole picture has there.
TEST(Jpeg, RegionsAreThoseOfTheWhole) {
  const std::vector<std::byte> bytes = encoded(waves(203, 151));
  std::mt19937 random(1);
  for (int reduce : {1, 2, 4, 8}) {
    const Picture whole = io::parse_jpeg(bytes, "x", {.reduce = reduce});
    EXPECT_EQ(whole.width, (203 + reduce - 1) / reduce);
    for (int i = 0; i < 25; ++i) {
      const auto pick = [&](int64_t most) {
        return static_cast<int64_t>(random() % static_cast<uint32_t>(most));
      };
      const int64_t x = pick(whole.width), y = pick(whole.height);
      const io::PictureRegion region{x, y, 1 + pick(whole.width - x), 1 + pick(whole.height - y)};
      const Picture part = io::parse_jpeg(bytes, "x", {.reduce = reduce, .region = region});
      ASSERT_EQ(part.width, region.width);
      ASSERT_EQ(part.height, region.height);
      for (int64_t row = 0; row < region.height; ++row) {
        const auto from = whole.pixels.begin() + ((y + row) * whole.width + x) * 3;
        const auto got = part.pixels.begin() + row * region.width * 3;
        ASSERT_TRUE(std::equal(got, got + region.width * 3, from))
            << "reduce " << reduce << " region " << x << " " << y << " " << region.width << " "
            << region.height << " row " << row;
      }
    }
  }
  EXPECT_THROW(io::parse_jpeg(bytes, "x", {.reduce = 3}), ValueError);
  EXPECT_THROW(io::parse_jpeg(bytes, "x", {.region = {200, 0, 4, 1}}), ValueError);
}

TEST(Jpeg, RefusesWhatIsNotWhole) {
  const std::vector<std::byte> bytes = encoded(waves(64, 64));
  try {
    io::parse_jpeg(io::Bytes(bytes).first(bytes.size() / 2), "half.jpg");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("half.jpg: bad JPEG at byte"));
  }
  EXPECT_THROW(io::parse_jpeg(io::as_bytes("GIF89a"), "x"), FileError);
  EXPECT_THROW(io::parse_jpeg(bytes, "x", {.limits = {.pixels = 4095}}), FileError);
  EXPECT_EQ(io::JpegReader(bytes, "x").size().width, 64);
  // 65,500 x 65,500 pixels claimed by a file of a kilobyte
  std::vector<std::byte> huge = bytes;
  for (size_t i = 0; i + 9 < huge.size(); ++i) {
    if (huge[i] == std::byte{0xff} && huge[i + 1] == std::byte{0xc0}) {
      for (size_t at : {i + 5, i + 7}) huge[at] = huge[at + 1] = std::byte{0xfe};
    }
  }
  EXPECT_THROW(io::parse_jpeg(huge, "x", {.limits = {.pixels = uint64_t{1} << 40}}), FileError);
}

TEST(Jpeg, SurvivesDamage) {
  const std::vector<std::byte> bytes = encoded(waves(24, 17));
  const Damage result =
      damage(bytes, bytes.size(), [](io::Bytes b) { io::parse_jpeg(b, "x.jpg"); });
  EXPECT_LE(result.accepted_truncations, 2u);  // the last two bytes say only that it ends
}

TEST(Picture, IsToldByItsFirstBytes) {
  EXPECT_EQ(io::parse_picture(encoded(waves(8, 8)), "x").width, 8);
  try {
    io::parse_picture(io::as_bytes("GIF89a and more"), "x.gif");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("a PNG, JPEG or WebP picture"));
    EXPECT_THAT(error.what(), HasSubstr("GIF89a"));
  }
}

TEST(Picture, ChangesItsChannels) {
  const Picture red{1, 1, 3, {255, 0, 0}};
  EXPECT_EQ(io::with_channels(red, 1).pixels, (std::vector<uint8_t>{76}));  // Pillow's convert("L")
  EXPECT_EQ(io::with_channels({1, 1, 1, {9}}, 3).pixels, (std::vector<uint8_t>{9, 9, 9}));
  EXPECT_EQ(io::with_channels({1, 1, 4, {1, 2, 3, 4}}, 3).pixels, (std::vector<uint8_t>{1, 2, 3}));
  EXPECT_THROW(io::with_channels(red, 2), ValueError);
}

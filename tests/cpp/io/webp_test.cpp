// WebP files that Pillow 13 wrote: pixel (x, y), channel c is 37 x + 59 y + 101 c modulo 256.
#include "lamina/io/webp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lamina/data/image_folder.h"
#include "tests/cpp/io/damage.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using testing::HasSubstr;

namespace {

using Bytes = std::vector<std::byte>;

Bytes from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Bytes bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return bytes;
}

// 5 x 3, lossless.
const Bytes kLossless = from_hex(
    "5249464666000000574542505650384c590000002f0480000077a0a68d2437595ebee9ee13be57dbb6919bbb2e"
    "dfa9fba8a68d24a7bc7cd3dd27fe641ed5fcc797dfc3bdffcc1a805903202a00005101983500b3065445b641cd"
    "fd7cd0412715745341288122fa1f35eccb7d0000");

// 4 x 2, lossless, with an opacity of 0, 80, 160, 255 in each row.
const Bytes kOpacity = from_hex(
    "524946464a000000574542505650384c3e0000002f034000103f2014406308bd0c424b4840a63cd03c20144010"
    "7a19e4ef1115810085891eb8c6024d8c599d4d909a2037d705020132b6a0c9821711fd0f72");

// 16 x 16, lossy: (200, 30, 60) in the left half, (20, 120, 220) in the right one.
const Bytes kLossy = from_hex(
    "524946464000000057454250565038203400000"
    "0d001009d012a1000100000c01225a00274ba01f40003c800fef5f77ffd101fff01d8b6cd7ffa5c1ffedf0fa57"
    "3e09e7fe5020000");

// Two frames of 5 x 3.
const Bytes kAnimation = from_hex(
    "524946460e01000057454250565038580a00000012000000040000020000414e494d0600000000000000000041"
    "4e4d4672000000000000000000040000020000640000025650384c590000002f0480000077a0a68d2437595ebe"
    "e9ee13be57dbb6919bbb2edfa9fba8a68d24a7bc7cd3dd27fe641ed5fcc797dfc3bdffcc1a805903202a000051"
    "01983500b3065445b641cdfd7cd0412715745341288122fa1f35eccb7d0000414e4d4668000000000000000000"
    "040000020000640000005650384c500000002f0480001057a0a66d2338daad7747e1db02edd4b46d0407bbb577"
    "14be2d6ada3682baf5ee287c5bf8f33854f31f92bc7e75e96900806df7c73600000ada48617e30f4e0054d78c1"
    "7144ffe35e00661b");

uint8_t formula(int64_t x, int64_t y, int64_t c) {
  return static_cast<uint8_t>((37 * x + 59 * y + 101 * c) % 256);
}

template <class F>
std::string message(F&& f) {
  try {
    f();
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST(WebP, LosslessPixelsAreExact) {
  const io::Picture picture = io::parse_picture(kLossless, "x.webp");
  ASSERT_EQ(picture.width, 5);
  ASSERT_EQ(picture.height, 3);
  ASSERT_EQ(picture.channels, 3);
  for (int64_t i = 0; i < 45; ++i) {
    EXPECT_EQ(picture.pixels[static_cast<size_t>(i)], formula(i / 3 % 5, i / 15, i % 3)) << i;
  }
}

TEST(WebP, OpacityIsAFourthChannel) {
  const io::Picture picture = io::parse_webp(kOpacity, "x.webp");
  ASSERT_EQ(picture.width, 4);
  ASSERT_EQ(picture.height, 2);
  ASSERT_EQ(picture.channels, 4);
  const uint8_t opacity[] = {0, 80, 160, 255};
  for (int64_t i = 0; i < 32; ++i) {
    const int64_t x = i / 4 % 4, c = i % 4;
    EXPECT_EQ(picture.pixels[static_cast<size_t>(i)], c == 3 ? opacity[x] : formula(x, i / 16, c));
  }
  EXPECT_EQ(io::with_channels(picture, 3).pixels.size(), 24u);
}

TEST(WebP, LossyPixelsAreNear) {
  const io::Picture picture = io::parse_webp(kLossy, "x.webp");
  ASSERT_EQ(picture.pixels.size(), 16u * 16 * 3);
  const int left[] = {200, 30, 60}, right[] = {20, 120, 220};
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(picture.pixels[(8 * 16 + 3) * 3 + c], left[c], 3);
    EXPECT_NEAR(picture.pixels[(8 * 16 + 12) * 3 + c], right[c], 3);
  }
}

TEST(WebP, AnimationsAndWhatIsTooLargeAreRefused) {
  EXPECT_THAT(message([] { io::parse_webp(kAnimation, "x.webp"); }), HasSubstr("an animation"));
  EXPECT_THAT(message([] { io::parse_webp(kLossy, "x.webp", {.pixels = 255}); }),
              HasSubstr("16 x 16 pixels"));
}

TEST(WebP, DamagedFilesAreRefusedOrDecoded) {
  for (const Bytes* file : {&kLossless, &kOpacity, &kLossy}) {
    const Damage result = damage(*file, file->size(), [](std::span<const std::byte> bytes) {
      io::parse_webp(bytes, "damaged.webp");
    });
    EXPECT_LE(result.accepted_truncations, 2u);  // a last byte of padding may be missing
  }
}

TEST(WebP, StandsInImageFolders) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    std::filesystem::create_directories(folder / name);
    std::ofstream(folder / (std::string(name) + "/x.webp"), std::ios::binary)
        .write(reinterpret_cast<const char*>(kLossless.data()),
               static_cast<std::streamsize>(kLossless.size()));
  }
  const data::ImageFolder images(folder.path().string());
  const int64_t both[] = {0, 1};
  const data::Batch batch = images.get(both);
  EXPECT_EQ(batch.x.shape(), (Shape{2, 3, 3, 5}));
  EXPECT_EQ(batch.x.to_vector<uint8_t>()[15 + 5 + 2], formula(2, 1, 1));
}

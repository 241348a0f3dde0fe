#include "lamina/data/image_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lamina/base/error.h"
#include "lamina/data/data_loader.h"
#include "lamina/data/export_digits.h"
#include "lamina/data/image_records.h"
#include "lamina/data/transforms.h"
#include "lamina/io/jpeg.h"
#include "lamina/io/png.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using namespace lamina::data;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

// Three classes with JPEG pictures of different sizes.
void write_pictures(const TemporaryFolder& folder, int count = 5) {
  for (int c = 0; c < 3; ++c) {
    const std::string place = folder / std::string(1, static_cast<char>('a' + c));
    std::filesystem::create_directories(place);
    for (int i = 0; i < count; ++i) {
      io::Picture picture{60 + 9 * i, 50 + 5 * c, 3, {}};
      for (int64_t p = 0; p < picture.width * picture.height * 3; ++p) {
        picture.pixels.push_back(static_cast<uint8_t>(p * (i + 1) / 50 + 40 * c));
      }
      io::write_jpeg(place + "/" + std::to_string(i) + ".jpg", picture);
    }
  }
}

std::vector<float> epoch(DataLoader& loader) {
  std::vector<float> all;
  for (auto [x, y] : loader) {
    for (float value : x.to_vector<float>()) all.push_back(value);
    for (int64_t label : y.to_vector<int64_t>()) all.push_back(static_cast<float>(label));
  }
  return all;
}

template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST(ImageFolder, FindsClassesAndFiles) {
  const TemporaryFolder folder;
  write_pictures(folder, 2);
  std::filesystem::create_directories(folder / "a/deeper");
  std::filesystem::copy_file(folder / "a/0.jpg", folder / "a/deeper/9.JPEG");
  std::ofstream(folder / "a/notes.txt") << "not a picture";
  const ImageFolder images(folder.path().string());
  EXPECT_THAT(images.classes(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(images.size(), 7);
  EXPECT_THAT(images.name(2), HasSubstr("9.JPEG"));
  EXPECT_EQ(images.label(6), 2);
  const auto [first, second] = images.split(0.6);
  EXPECT_EQ(first.size() + second.size(), 7);
  EXPECT_EQ(first.classes(), images.classes());
  EXPECT_THROW(images.split(0.01), ValueError);
}

TEST(ImageFolder, GivesTheSameForAnyNumberOfWorkers) {
  const TemporaryFolder folder;
  write_pictures(folder);
  const ImageFolder images(folder.path().string(),
                           {.transforms = {RandomResizedCrop(24), RandomHorizontalFlip(),
                                           ColorJitter({0.4, 0.4}), Normalize(), RandomErasing()}});
  std::vector<std::vector<float>> results;
  for (int64_t workers : {0, 1, 3}) {
    DataLoader loader(images,
                      {.batch_size = 4, .shuffle = true, .seed = 5, .num_workers = workers});
    results.push_back(epoch(loader));
    const std::vector<float> second = epoch(loader);
    EXPECT_NE(results.back(), second);  // other choices in another epoch
    results.back().insert(results.back().end(), second.begin(), second.end());
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
  DataLoader resumed(images, {.batch_size = 4, .shuffle = true, .seed = 5, .num_workers = 2});
  resumed.restore({1, 2});
  const std::vector<float> rest = epoch(resumed);
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(),
                         results[0].end() - static_cast<std::ptrdiff_t>(rest.size())));
}

TEST(ImageFolder, CachesPicturesBeforeTheFirstRandomTransform) {
  const TemporaryFolder folder;
  write_pictures(folder);
  const Transforms transforms = {Resize({20, 20}), RandomCrop(16), ToFloat()};
  const ImageFolder plain(folder.path().string(), {.transforms = transforms});
  const ImageFolder cached(folder.path().string(), {.transforms = transforms, .cache = true});
  DataLoader a(plain, {.batch_size = 4, .shuffle = true}),
      b(cached, {.batch_size = 4, .shuffle = true});
  for (int i = 0; i < 2; ++i) {
    const std::vector<float> x = epoch(a), y = epoch(b);
    EXPECT_EQ(x, y);
  }
  std::filesystem::remove_all(folder / "a");
  EXPECT_NO_THROW(epoch(b));
  EXPECT_THROW(epoch(a), FileError);
}

TEST(ImageFolder, KeepsNoMoreThanItMay) {
  const TemporaryFolder folder;
  write_pictures(folder);
  const Transforms transforms = {Resize({20, 20}), RandomCrop(16), ToFloat()};
  const ImageFolder plain(folder.path().string(), {.transforms = transforms});
  constexpr int64_t kRoom = 5000;  // three pictures of 20 x 20 x 3 bytes and what they stand in
  const ImageFolder cached(folder.path().string(),
                           {.transforms = transforms, .cache = true, .cache_bytes = kRoom});
  DataLoader a(plain, {.batch_size = 4, .shuffle = true}),
      b(cached, {.batch_size = 4, .shuffle = true, .num_workers = 2});
  for (int i = 0; i < 2; ++i) {
    const std::vector<float> x = epoch(a), y = epoch(b);
    EXPECT_EQ(x, y);
  }
  EXPECT_GE(cached.cached_bytes(), 3 * 20 * 20 * 3);
  EXPECT_LE(cached.cached_bytes(), kRoom);
  EXPECT_EQ(plain.cached_bytes(), 0);
  const auto make = [&](int64_t bytes) {
    return ImageFolder(folder.path().string(), {.cache = true, .cache_bytes = bytes});
  };
  EXPECT_THROW(make(-2), ValueError);
  const int64_t first[] = {0};
  const ImageFolder nothing = make(0), half = make(-1);
  nothing.get(first), half.get(first);
  EXPECT_EQ(nothing.cached_bytes(), 0);
  EXPECT_GT(half.cached_bytes(), 60 * 50 * 3);
}

TEST(ImageFolder, SaysWhichExamplesItLeftOut) {
  const TemporaryFolder folder;
  write_pictures(folder);
  std::ofstream(folder / "a/1.jpg") << "nonsense";
  const ImageFolder images(folder.path().string(),
                           {.transforms = {Resize({8, 8})}, .on_error = "skip"});
  DataLoader loader(images, {.batch_size = 4});
  auto batches = loader.begin();
  EXPECT_EQ((*batches).y.shape(0), 3);
  EXPECT_THAT(loader.numbers(), ElementsAre(0, 2, 3));
  EXPECT_TRUE(images.left_out(1));
  EXPECT_FALSE(images.left_out(2));
}

// Decoding a part, or at half the size, gives nearly what decoding everything gives.
TEST(ImageFolder, DecodesNoMoreThanItNeeds) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "a");
  io::Picture picture{640, 480, 3, {}};
  for (int64_t y = 0; y < 480; ++y) {
    for (int64_t x = 0; x < 640; ++x) {
      for (int64_t c = 0; c < 3; ++c)
        picture.pixels.push_back(
            static_cast<uint8_t>(128 + 90 * std::sin(0.01 * static_cast<double>(x + y * (c + 1)))));
    }
  }
  io::write_jpeg(folder / "a/0.jpg", picture, 95);
  const int64_t first[] = {0};
  const auto get = [&](double gap, uint64_t seed) {
    const ImageFolder images(
        folder.path().string(),
        {.transforms = {RandomResizedCrop(64), ToFloat()}, .reducing_gap = gap});
    return images.draw(first, {seed, 0}).x.to_vector<float>();
  };
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const std::vector<float> whole = get(0, seed), less = get(2, seed);
    double worst = 0;
    for (size_t i = 0; i < whole.size(); ++i)
      worst = std::max<double>(worst, std::abs(whole[i] - less[i]));
    EXPECT_LT(worst, 0.03) << seed;
  }
}

TEST(ImageFolder, RandomCropsDecodeTheirWindowAlone) {
  const TemporaryFolder folder;
  write_pictures(folder);
  const int64_t last[] = {4};  // 96 x 50
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const auto get = [&](const Transforms& transforms) {
      return ImageFolder(folder.path().string(), {.transforms = transforms})
          .draw(last, {seed, 0})
          .x.to_vector<uint8_t>();
    };
    // Behind a size that changes nothing, the whole picture has been decoded.
    const auto window = get({RandomCrop(ImageSize{30, 40})}),
               whole = get({Resize({50, 96}), RandomCrop(ImageSize{30, 40})});
    ASSERT_EQ(window.size(), 3u * 30 * 40);
    EXPECT_EQ(window, whole) << seed;
  }
}

TEST(ImageFolder, NamesWhatCannotBeRead) {
  const TemporaryFolder folder;
  write_pictures(folder, 2);
  std::ofstream(folder / "b/5.png") << "nonsense";
  const std::vector<int64_t> all = {0, 1, 2, 3, 4, 5, 6};
  const Transforms same = {Resize({8, 8})};
  const ImageFolder strict(folder.path().string(), {.transforms = same});
  EXPECT_THAT(message([&] { strict.get(all); }), HasSubstr("b/5.png: bad"));
  const ImageFolder lenient(folder.path().string(), {.transforms = same, .on_error = "skip"});
  EXPECT_EQ(lenient.get(all).x.shape(), (Shape{6, 3, 8, 8}));
  ASSERT_EQ(lenient.skipped().size(), 1u);
  EXPECT_THAT(lenient.skipped()[0].name, HasSubstr("b/5.png"));
  const int64_t bad[] = {4};
  EXPECT_FALSE(lenient.get(bad).x);
  DataLoader loader(lenient, {.batch_size = 1});
  EXPECT_EQ(epoch(loader).size(), 6u * (8 * 8 * 3 + 1));
  EXPECT_THAT(message([&] {
                ImageFolder(folder.path().string()).get(std::vector<int64_t>{0, 1});
              }),
              HasSubstr("pictures of one size"));
  const ImageFolder small(folder.path().string(), {.max_pixels = 100});
  EXPECT_THAT(message([&] { small.get(std::vector<int64_t>{0}); }),
              HasSubstr("at most 100 pixels"));
}

TEST(ImageFolder, RefusesFoldersWithoutClasses) {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  EXPECT_THAT(message([&] { ImageFolder{path}; }), HasSubstr("no sub-folder"));
  io::write_png(folder / "x.png", 1, 1, std::vector<uint8_t>{0});
  EXPECT_THAT(message([&] { ImageFolder{path}; }), HasSubstr("pictures without sub-folders"));
  std::filesystem::create_directories(folder / "empty");
  EXPECT_THAT(message([&] { ImageFolder{path}; }), HasSubstr("empty is not a folder of pictures"));
  EXPECT_THAT(message([&] { ImageFolder(path + "/none"); }), HasSubstr("No such file"));
  EXPECT_THAT(message([&] { ImageFolder(folder / "x.png"); }), HasSubstr("a file"));
  EXPECT_THROW(ImageFolder(path, {.channels = 2}), ValueError);
  EXPECT_THROW(ImageFolder(path, {.on_error = "ignore"}), ValueError);
  EXPECT_THROW(ImageFolder(path, {.reducing_gap = 0.5}), ValueError);
}

TEST(ExportDigits, MakesAFolderOfPictures) {
  const TemporaryFolder folder;
  EXPECT_EQ(export_digits(folder / "d", {.count = 30, .scale = 2}), 30);
  const ImageFolder images(folder / "d", {.channels = 1});
  EXPECT_EQ(images.size(), 30);
  EXPECT_EQ(images.classes().size(), 10u);
  EXPECT_EQ(images.get(std::vector<int64_t>{0}).x.shape(), (Shape{1, 1, 16, 16}));
  EXPECT_THROW(export_digits(folder / "d"), FileError);
  EXPECT_THROW(export_digits(folder / "e", {.count = 0}), ValueError);
}

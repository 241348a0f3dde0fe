#include "lamina/data/digits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/io/npy.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using testing::HasSubstr;

// Sets a variable for the length of a test.
struct Setting {
  Setting(const char* name, const std::string& value) : name(name) {
    setenv(name, value.c_str(), 1);
    environment::forget();
  }
  ~Setting() {
    unsetenv(name);
    environment::forget();
  }
  const char* name;
};

TEST(Digits, HoldsTheShippedImages) {
  const auto set = data::digits();
  EXPECT_EQ(describe(set.x()), "float32 [1797, 1, 8, 8]");
  EXPECT_EQ(describe(set.y()), "int64 [1797]");
  const auto x = set.x().to_vector<float>();
  EXPECT_EQ(*std::min_element(x.begin(), x.end()), 0.f);
  EXPECT_EQ(*std::max_element(x.begin(), x.end()), 1.f);
  std::array<int, 10> counts{};
  for (int64_t label : set.y().to_vector<int64_t>()) ++counts.at(static_cast<size_t>(label));
  EXPECT_EQ(counts, (std::array{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}));
  auto [train, test] = set.split(0.8, {.seed = 0});
  EXPECT_EQ(train.size(), 1437);
  EXPECT_EQ(test.size(), 360);
}

TEST(Digits, NamesThePlacesWhenTheFileIsMissing) {
  const TemporaryFolder folder;
  const Setting setting("LAMINA_DATA", folder.path().string());
  try {
    data::digits();
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot find digits.npy"));
    EXPECT_THAT(error.what(), HasSubstr(folder.path().string()));
    EXPECT_THAT(error.what(), HasSubstr("LAMINA_DATA"));
  }
}

TEST(Digits, RefusesAnotherTable) {
  const TemporaryFolder folder;
  const std::vector<std::byte> bytes(20);
  io::write_npy(folder / "digits.npy", {"|u1", {4, 5}, false, bytes});
  const Setting setting("LAMINA_DATA", folder.path().string());
  EXPECT_THROW(data::digits(), FileError);
}

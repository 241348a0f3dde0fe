#include "lamina/data/data_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "lamina/base/error.h"
#include "lamina/data/array_dataset.h"
#include "lamina/data/permutation.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"

using namespace lamina;
using namespace lamina::data;
using testing::ElementsAre;
using testing::HasSubstr;

// Example i: x = [i, 10 i], y = i.
static ArrayDataset numbers(int64_t count) {
  std::vector<float> x;
  std::vector<int64_t> y;
  for (int64_t i = 0; i < count; ++i) {
    x.push_back(static_cast<float>(i));
    x.push_back(static_cast<float>(10 * i));
    y.push_back(i);
  }
  return {from_data(x.data(), {count, 2}, float32), from_data(y.data(), {count}, int64)};
}

static std::vector<int64_t> labels(DataLoader& loader) {
  std::vector<int64_t> all;
  for (auto [x, y] : loader) {
    for (int64_t label : y.to_vector<int64_t>()) all.push_back(label);
  }
  return all;
}

TEST(ArrayDataset, GathersRowsInTheOrderAsked) {
  const int64_t wanted[] = {3, 0, 3};
  const Batch batch = numbers(4).get(wanted);
  EXPECT_THAT(batch.x.to_vector<float>(), ElementsAre(3, 30, 0, 0, 3, 30));
  EXPECT_THAT(batch.y.to_vector<int64_t>(), ElementsAre(3, 0, 3));
  EXPECT_EQ(batch.x.shape(), (Shape{3, 2}));
}

TEST(ArrayDataset, GathersFromAViewThatIsNotRowMajor) {
  const Array x = transpose(array({{1, 2, 3}, {4, 5, 6}})).eval();  // [3, 2]
  const int64_t wanted[] = {2};
  const ArrayDataset set(x, array({0, 1, 2}, int64));
  EXPECT_THAT(set.get(wanted).x.to_vector<float>(), ElementsAre(3, 6));
}

TEST(ArrayDataset, RefusesWhatDoesNotFit) {
  try {
    ArrayDataset(zeros({3, 2}), zeros({4}));
    FAIL();
  } catch (const ShapeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("as many rows in x as in y"));
    EXPECT_THAT(error.what(), HasSubstr("float32 [3, 2]"));
  }
  EXPECT_THROW(ArrayDataset(zeros({}), zeros({})), ShapeError);
  const int64_t outside[] = {4};
  EXPECT_THROW(numbers(4).get(outside), IndexError);
  const int64_t negative[] = {-1};
  EXPECT_THROW(numbers(4).get(negative), IndexError);
}

TEST(ArrayDataset, SplitsIntoDisjointPartsThatTheSeedDecides) {
  auto [train, test] = numbers(11).split(0.8, {.seed = 3});
  EXPECT_EQ(train.size(), 8);
  EXPECT_EQ(test.size(), 3);
  std::set<int64_t> seen;
  for (const Array& y : {train.y(), test.y()}) {
    for (int64_t label : y.to_vector<int64_t>()) EXPECT_TRUE(seen.insert(label).second);
  }
  EXPECT_EQ(seen.size(), 11u);
  EXPECT_EQ(numbers(11).split(0.8, {.seed = 3}).first.y().to_vector<int64_t>(),
            train.y().to_vector<int64_t>());
  EXPECT_NE(numbers(11).split(0.8, {.seed = 4}).first.y().to_vector<int64_t>(),
            train.y().to_vector<int64_t>());
  EXPECT_THAT(numbers(4).split(0.5, {.shuffle = false}).first.y().to_vector<int64_t>(),
              ElementsAre(0, 1));
}

TEST(ArrayDataset, SplitRefusesEmptyParts) {
  EXPECT_THROW(numbers(4).split(0), ValueError);
  EXPECT_THROW(numbers(4).split(1), ValueError);
  EXPECT_THROW(numbers(4).split(NAN), ValueError);
  EXPECT_THROW(numbers(4).split(0.1), ValueError);
}

TEST(DataLoader, GivesEveryExampleOnceWithASmallerLastBatch) {
  DataLoader loader(numbers(10), {.batch_size = 4});
  EXPECT_EQ(loader.size(), 3);
  std::vector<int64_t> sizes;
  for (auto [x, y] : loader) sizes.push_back(x.shape(0));
  EXPECT_THAT(sizes, ElementsAre(4, 4, 2));
  EXPECT_THAT(labels(loader), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));

  DataLoader dropping(numbers(10), {.batch_size = 4, .drop_last = true});
  EXPECT_EQ(dropping.size(), 2);
  EXPECT_EQ(dropping.examples(), 8);
  EXPECT_THAT(labels(dropping), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(DataLoader, ShufflesAnewInEachEpochAndTheSameInEachRun) {
  DataLoader one(numbers(20), {.batch_size = 6, .shuffle = true, .seed = 5});
  DataLoader two(numbers(20), {.batch_size = 6, .shuffle = true, .seed = 5});
  DataLoader other(numbers(20), {.batch_size = 6, .shuffle = true, .seed = 6});
  const auto first = labels(one), second = labels(one);
  EXPECT_NE(first, second);
  EXPECT_EQ(labels(two), first);
  EXPECT_EQ(labels(two), second);
  EXPECT_NE(labels(other), first);
  EXPECT_EQ(std::set<int64_t>(second.begin(), second.end()).size(), 20u);
}

TEST(DataLoader, ContinuesFromARestoredPosition) {
  const DataLoaderOptions options{.batch_size = 3, .shuffle = true, .seed = 1};
  DataLoader whole(numbers(11), options);
  labels(whole);
  const auto second_epoch = labels(whole);
  const auto third_epoch = labels(whole);

  DataLoader before(numbers(11), options), after(numbers(11), options);
  labels(before);
  std::vector<int64_t> seen;
  for (auto [x, y] : before) {
    for (int64_t label : y.to_vector<int64_t>()) seen.push_back(label);
    if (before.position().batch == 2) break;
  }
  EXPECT_EQ(before.position(), (LoaderPosition{1, 2}));
  after.restore(before.position());
  for (int64_t label : labels(after)) seen.push_back(label);
  EXPECT_EQ(seen, second_epoch);
  EXPECT_EQ(labels(after), third_epoch);
  EXPECT_EQ(labels(before), third_epoch);  // a loop that was left counts as an epoch
}

TEST(DataLoader, RefusesWrongOptions) {
  EXPECT_THROW(DataLoader(numbers(3), {.batch_size = 0}), ValueError);
  EXPECT_THROW(DataLoader(DatasetHandle(), {}), StateError);
  DataLoader loader(numbers(3), {.batch_size = 2});
  EXPECT_THROW(loader.restore({0, 3}), ValueError);
  EXPECT_THROW(loader.restore({-1, 0}), ValueError);
}

TEST(DataLoader, AnEmptyDatasetHasNoBatches) {
  DataLoader loader(ArrayDataset(zeros({0, 2}), zeros({0})), {.batch_size = 2});
  EXPECT_EQ(loader.size(), 0);
  EXPECT_TRUE(labels(loader).empty());
}

// Each of the 24 orders of 4 comes about equally often: chi-square with 23 degrees of freedom stays below
// its 99.9 % quantile.
TEST(Permutation, IsUniform) {
  std::map<std::vector<int64_t>, int> counts;
  constexpr int kDraws = 24'000;
  for (int draw = 0; draw < kDraws; ++draw)
    ++counts[permutation(4, 7, static_cast<uint64_t>(draw))];
  EXPECT_EQ(counts.size(), 24u);
  double chi_square = 0;
  for (const auto& [order, count] : counts)
    chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  EXPECT_LT(chi_square, 49.73);
}

TEST(DataLoader, GivesTheSameForAnyNumberOfWorkers) {
  DataLoader plain(numbers(53), {.batch_size = 4, .shuffle = true, .seed = 2});
  DataLoader ahead(numbers(53), {.batch_size = 4, .shuffle = true, .seed = 2, .num_workers = 3});
  for (int epoch = 0; epoch < 3; ++epoch) EXPECT_EQ(labels(plain), labels(ahead));
  auto [x, y] = *ahead.begin();  // a loop that is left
  EXPECT_EQ(ahead.position(), (LoaderPosition{3, 1}));
}

TEST(DataLoader, HandsOnWhatAWorkerThrew) {
  struct Bad : Dataset {
    int64_t size() const override { return 10; }
    Batch get(std::span<const int64_t> indices) const override {
      if (indices[0] == 6) throw ValueError("example 6 is bad");
      return numbers(10).get(indices);
    }
  };
  DataLoader loader(Bad(), {.batch_size = 2, .num_workers = 2});
  int64_t batches = 0;
  EXPECT_THROW(
      {
        for (auto batch : loader) batches += batch.x.shape(0) > 0;
      },
      ValueError);
  EXPECT_EQ(batches, 3);
}

TEST(DataLoader, ShardsCoverEverything) {
  std::multiset<int64_t> seen;
  for (int64_t shard = 0; shard < 3; ++shard) {
    DataLoader loader(numbers(10),
                      {.batch_size = 2, .shuffle = true, .num_shards = 3, .shard_index = shard});
    EXPECT_EQ(loader.examples(), 4);
    for (int64_t label : labels(loader)) seen.insert(label);
  }
  EXPECT_EQ(std::set<int64_t>(seen.begin(), seen.end()).size(), 10u);
  EXPECT_EQ(seen.size(), 12u);
}

TEST(DataLoader, DrawsByWeight) {
  DataLoader loader(numbers(4), {.batch_size = 8, .weights = {0, 1, 0, 3}, .num_samples = 4000});
  const std::vector<int64_t> drawn = labels(loader);
  ASSERT_EQ(drawn.size(), 4000u);
  const auto threes = std::count(drawn.begin(), drawn.end(), 3);
  EXPECT_EQ(threes + std::count(drawn.begin(), drawn.end(), 1), 4000);
  EXPECT_NEAR(static_cast<double>(threes), 3000, 150);  // 5.5 standard deviations
  EXPECT_NE(drawn, labels(loader));
}

TEST(DataLoader, BucketsByLength) {
  std::vector<int64_t> lengths;
  for (int64_t i = 0; i < 64; ++i) lengths.push_back(i * 29 % 64);
  DataLoader loader(numbers(64), {.batch_size = 8, .shuffle = true, .lengths = lengths});
  std::set<int64_t> seen;
  for (auto [x, y] : loader) {
    int64_t least = 64, most = 0;
    for (int64_t label : y.to_vector<int64_t>()) {
      seen.insert(label);
      least = std::min(least, lengths[static_cast<size_t>(label)]);
      most = std::max(most, lengths[static_cast<size_t>(label)]);
    }
    EXPECT_EQ(most - least, 7);
  }
  EXPECT_EQ(seen.size(), 64u);
}

TEST(DataLoader, SavesItsPosition) {
  const DataLoaderOptions options{.batch_size = 3, .shuffle = true, .seed = 1, .num_workers = 2};
  DataLoader first(numbers(20), options), second(numbers(20), options);
  std::vector<int64_t> rest;
  LoaderState state;
  for (auto [x, y] : first) {
    if (first.position().batch == 2) state = first.state_dict();
    if (first.position().batch > 2) {
      for (int64_t label : y.to_vector<int64_t>()) rest.push_back(label);
    }
  }
  second.load_state_dict(state);
  EXPECT_EQ(labels(second), rest);
  DataLoader other(numbers(21), options);
  EXPECT_THROW(other.load_state_dict(state), ValueError);
}

TEST(DataLoader, RefusesOptionsThatDoNotFit) {
  const auto make = [](DataLoaderOptions options) { DataLoader loader(numbers(4), options); };
  EXPECT_THROW(make({.num_workers = -2}), ValueError);
  EXPECT_THROW(make({.prefetch_factor = 0}), ValueError);
  EXPECT_THROW(make({.num_shards = 0}), ValueError);
  EXPECT_THROW(make({.num_shards = 2, .shard_index = 2}), ValueError);
  EXPECT_THROW(make({.weights = {1, 2}}), ValueError);
  EXPECT_THROW(make({.weights = {0, 0, 0, 0}}), ValueError);
  EXPECT_THROW(make({.weights = {1, 1, -1, 1}}), ValueError);
  EXPECT_THROW(make({.lengths = {1}}), ValueError);
}

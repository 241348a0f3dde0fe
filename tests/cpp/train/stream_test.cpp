#include "lamina/data/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

#include "lamina/base/error.h"
#include "lamina/optim/sgd.h"
#include "lamina/train/trainer.h"
#include "tests/cpp/train/problem.h"

using namespace lamina;
using namespace lamina::train;

namespace {

data::Batch batch(int64_t number) {
  const auto all = points(40);
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < 8; ++i) rows.push_back((8 * number + i) % 40);
  return all.get(rows);
}

std::list<data::Batch> batches() {
  std::list<data::Batch> list;
  for (int64_t i = 0; i < 5; ++i) list.push_back(batch(i));
  return list;
}

// Weights after a fit, and the trainer's history.
std::vector<float> trained(const data::Source& source, const FitOptions& options, int64_t epochs) {
  nn::Sequential model = small_net();
  Trainer trainer(model);
  trainer.compile({.optimizer = optim::SGD({.lr = 0.1}), .loss = "cross_entropy"});
  EXPECT_EQ(trainer.fit(source, options).epochs(), epochs);
  return model.state_dict()[0].second.to_vector<float>();
}

}  // namespace

TEST(Stream, ARangeTrainsAsTheDataset) {
  const FitOptions options{.epochs = 3, .batch_size = 8, .shuffle = false, .verbose = 0};
  EXPECT_EQ(trained(data::stream(batches()), options, 3), trained(points(40), options, 3));
}

TEST(Stream, AFunctionIsCutIntoEpochs) {
  int64_t calls = 0;
  const auto endless = [&]() -> std::optional<data::Batch> { return batch(calls++); };
  const FitOptions options{.epochs = 3, .verbose = 0, .steps_per_epoch = 5};
  const std::vector<float> weights = trained(data::stream(endless), options, 3);
  EXPECT_EQ(calls, 15);
  const FitOptions whole{.epochs = 3, .batch_size = 8, .shuffle = false, .verbose = 0};
  EXPECT_EQ(weights, trained(points(40), whole, 3));
}

TEST(Stream, ThatEndsEndsTheFit) {
  int64_t left = 7;
  const auto some = [&]() -> std::optional<data::Batch> {
    if (left-- > 0) return batch(left);
    return std::nullopt;
  };
  trained(data::stream(some), {.epochs = 9, .verbose = 0, .steps_per_epoch = 3}, 3);
  EXPECT_THROW(trained(data::stream(some), {.verbose = 0}, 0), ValueError);
  EXPECT_THROW(trained(data::stream(some), {.epochs = 2, .verbose = 0}, 0), ValueError);
}

TEST(Source, ALoaderKeepsItsOptionsAndItsPlace) {
  data::DataLoader loader(points(40), {.batch_size = 8, .num_workers = 2});
  const FitOptions options{.epochs = 3, .batch_size = 8, .shuffle = false, .verbose = 0};
  EXPECT_EQ(trained(loader, options, 3), trained(points(40), options, 3));
  EXPECT_EQ(loader.position(), data::LoaderPosition{});
}

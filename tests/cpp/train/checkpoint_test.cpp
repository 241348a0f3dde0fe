#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lamina/base/error.h"
#include "lamina/nn/dropout.h"
#include "lamina/optim/adam.h"
#include "lamina/optim/sgd.h"
#include "lamina/train/model_checkpoint.h"
#include "lamina/train/trainer.h"
#include "tests/cpp/io/temporary_folder.h"
#include "tests/cpp/train/problem.h"

using namespace lamina;
using namespace lamina::train;

static nn::Sequential dropout_net() {
  lamina::seed(11);
  return nn::Sequential{nn::Linear(2, 16), nn::ReLU(), nn::Dropout(0.3), nn::Linear(16, 2)};
}

static CompileOptions adam() {
  return {
      .optimizer = optim::Adam({.lr = optim::CosineSchedule{.lr = 0.02, .steps = 40, .warmup = 3}}),
      .loss = "cross_entropy",
      .metrics = {"accuracy"}};
}

static void expect_same(nn::Module& a, nn::Module& b) {
  const auto x = a.state_dict(), y = b.state_dict();
  ASSERT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i].second.to_vector<float>(), y[i].second.to_vector<float>()) << x[i].first;
  }
}

static const FitOptions kOptions{.epochs = 4, .batch_size = 16, .seed = 2, .verbose = 0};

// Saves after the given batch of the given epoch and ends the fit there, as a crash would.
struct Crash {};
struct CrashAfter : Callback {
  CrashAfter(std::string path, int64_t epoch, int64_t batch)
      : path(std::move(path)), epoch(epoch), batch(batch) {}
  void on_epoch_begin(int64_t e) override { now = e; }
  void on_train_batch_end(int64_t b) override {
    if (now != epoch || b != batch) return;
    trainer().save_checkpoint(path);
    throw Crash();
  }
  std::string path;
  int64_t epoch, batch, now = 0;
};

TEST(Checkpoint, AResumedRunEqualsTheWholeOne) {
  const auto data = points(70);
  nn::Sequential whole = dropout_net();
  Trainer uninterrupted(whole);
  uninterrupted.compile(adam());
  uninterrupted.fit(data, kOptions);

  for (auto [epoch, batch] : {std::pair(0, 0), {1, 2}, {2, 4}}) {
    const TemporaryFolder folder;
    {
      nn::Sequential first = dropout_net();
      Trainer trainer(first);
      trainer.compile(adam());
      FitOptions options = kOptions;
      options.callbacks = {CrashAfter(folder / "c", epoch, batch)};
      EXPECT_THROW(trainer.fit(data, options), Crash);
    }
    nn::Sequential second = dropout_net();
    lamina::seed(99);  // the checkpoint brings the generator's state
    Trainer trainer(second);
    trainer.compile(adam());
    trainer.load_checkpoint(folder / "c");
    trainer.fit(data, kOptions);
    expect_same(second, whole);
    for (const std::string& name : uninterrupted.history().names()) {
      EXPECT_EQ(trainer.history().at(name), uninterrupted.history().at(name)) << name;
    }
  }
}

TEST(Checkpoint, ModelCheckpointSavesEveryEpochOrTheBest) {
  const TemporaryFolder folder;
  const auto data = points(40);
  nn::Sequential model = dropout_net();
  Trainer trainer(model);
  trainer.compile(adam());
  FitOptions options = kOptions;
  options.callbacks = {
      ModelCheckpoint(folder / "epoch{epoch}"),
      ModelCheckpoint(folder / "best.lamina",
                      {.monitor = "loss", .save_best_only = true, .save_model_only = true})};
  trainer.fit(data, options);
  EXPECT_EQ(folder.file_count(), 5u);
  load_model(folder / "best.lamina");

  nn::Sequential second = dropout_net();
  Trainer resumed(second);
  resumed.compile(adam());
  resumed.load_checkpoint(folder / "epoch2");
  EXPECT_EQ(resumed.history().epochs(), 2);
  resumed.fit(data, kOptions);
  expect_same(second, model);
}

TEST(Checkpoint, RefusesWhatDoesNotFitAndChangesNothing) {
  const TemporaryFolder folder;
  nn::Sequential model = dropout_net();
  Trainer trainer(model);
  trainer.compile(adam());
  trainer.fit(points(20), {.batch_size = 8, .verbose = 0});
  trainer.save_checkpoint(folder / "c");
  trainer.save(folder / "m");

  nn::Sequential other = small_net();
  Trainer wrong_optimizer(other);
  wrong_optimizer.compile(
      {.optimizer = optim::SGD(), .loss = "cross_entropy", .metrics = {"accuracy"}});
  EXPECT_THROW(wrong_optimizer.load_checkpoint(folder / "c"), FileError);
  Trainer wrong_module(other);
  wrong_module.compile(adam());
  const auto before = other.state_dict()[0].second.to_vector<float>();
  EXPECT_THROW(wrong_module.load_checkpoint(folder / "c"), KeyError);
  EXPECT_EQ(other.state_dict()[0].second.to_vector<float>(), before);
  EXPECT_THROW(trainer.load_checkpoint(folder / "m"), FileError);
  EXPECT_THROW(load_model(folder / "c"), FileError);
}

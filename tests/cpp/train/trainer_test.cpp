#include "lamina/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lamina/base/error.h"
#include "lamina/core/allocator.h"
#include "lamina/exec/profile.h"
#include "lamina/nn/batch_norm.h"
#include "lamina/nn/dropout.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/optim/adam.h"
#include "lamina/optim/sgd.h"
#include "lamina/train/early_stopping.h"
#include "tests/cpp/train/problem.h"

using namespace lamina;
using namespace lamina::train;
using testing::ElementsAre;
using testing::HasSubstr;

static CompileOptions adam(double lr = 0.01) {
  return {.optimizer = optim::Adam({.lr = lr}), .loss = "cross_entropy", .metrics = {"accuracy"}};
}

TEST(Trainer, LearnsWithASmallerLastBatchAndValidation) {
  auto [train, test] = points(250).split(0.8, {.seed = 1});
  nn::Sequential model = small_net();
  Trainer trainer(model);
  trainer.compile(adam());
  const History& history =
      trainer.fit(train, {.epochs = 20, .batch_size = 32, .validation_data = test, .verbose = 0});
  EXPECT_EQ(history.epochs(), 20);
  EXPECT_THAT(history.names(), ElementsAre("loss", "accuracy", "val_loss", "val_accuracy"));
  EXPECT_LT(history.at("loss").back(), 0.5 * history.at("loss").front());
  EXPECT_GT(history.at("val_accuracy").back(), 0.9);
  EXPECT_EQ(trainer.evaluate(test).at("accuracy"), history.at("val_accuracy").back());
}

// The plain loop, written out, gives the same bits.
TEST(Trainer, FitIsThePlainLoop) {
  const auto data = points(70);
  nn::Sequential fitted = small_net(), looped = small_net();
  Trainer trainer(fitted);
  trainer.compile({.optimizer = optim::SGD({.lr = 0.1, .momentum = 0.9}), .loss = "cross_entropy"});
  const History& history =
      trainer.fit(data, {.epochs = 2, .batch_size = 32, .seed = 3, .verbose = 0});

  optim::SGD optimizer(looped.parameters(), {.lr = 0.1, .momentum = 0.9});
  Loss loss_function("cross_entropy");
  data::DataLoader loader(data, {.batch_size = 32, .shuffle = true, .seed = 3});
  double mean = 0;
  for (int epoch = 0; epoch < 2; ++epoch) {
    mean = 0;
    for (auto [x, y] : loader) {
      const auto examples = static_cast<double>(x.shape(0));
      Array loss = loss_function(looped(x), y);
      loss.backward();
      optimizer.step();
      mean += loss.item() * examples / 70;
    }
  }
  const auto a = fitted.state_dict(), b = looped.state_dict();
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].second.to_vector<float>(), b[i].second.to_vector<float>()) << a[i].first;
  }
  EXPECT_NEAR(history.at("loss").back(), mean, 1e-6);
}

TEST(Trainer, EvaluatesAgainstNumbersMadeByHand) {
  // Scores are the inputs themselves; three examples in batches of two.
  struct Same : nn::Module {
    Array forward(Array x) override { return x * weight; }
    Parameter weight = parameter("weight", ones({}));
  } model;
  const data::ArrayDataset data(array({{0, 0}, {1, 0}, {0, 2}}), array({0, 1, 1}, int64));
  Trainer trainer(model);
  trainer.compile({.optimizer = optim::SGD(), .loss = "cross_entropy", .metrics = {"accuracy"}});
  const Logs logs = trainer.evaluate(data, {.batch_size = 2});
  const double losses[] = {std::log(2), std::log(1 + std::exp(1)), std::log(1 + std::exp(-2))};
  EXPECT_NEAR(logs.at("loss"), (losses[0] + losses[1] + losses[2]) / 3, 1e-6);
  EXPECT_DOUBLE_EQ(logs.at("accuracy"), 2.0 / 3);
}

TEST(Trainer, PredictsInBatchesWithoutDropout) {
  nn::Sequential model{nn::Linear(2, 3), nn::Dropout(0.5)};
  const Array x = points(10).x();
  const Array whole = model.eval()(x);
  model.train();
  Trainer trainer(model);
  const Array parts = trainer.predict(x, {.batch_size = 4});
  EXPECT_EQ(parts.to_vector<float>(), whole.to_vector<float>());
  EXPECT_TRUE(model.training());
  EXPECT_EQ(trainer.predict(zeros({0, 2})).shape(), (Shape{0, 3}));
}

TEST(Trainer, AStepOfOnesOwn) {
  struct Twice : Trainer {
    using Trainer::Trainer;
    Array train_step(const data::Batch& batch) override {
      ++calls;
      Array prediction = module()(batch.x), loss;
      loss = this->loss()(prediction, batch.y) * 2.0;
      loss.backward();
      optimizer().step();
      return loss;
    }
    int calls = 0;
  };
  nn::Sequential model = small_net();
  Twice trainer(model);
  trainer.compile(adam());
  const History& history = trainer.fit(points(10), {.epochs = 2, .batch_size = 4, .verbose = 0});
  EXPECT_EQ(trainer.calls, 6);
  EXPECT_THAT(history.names(), ElementsAre("loss"));  // it records no metrics
}

TEST(Trainer, SaysWhatIsMissing) {
  nn::Sequential model = small_net();
  Trainer trainer(model);
  EXPECT_THROW(trainer.fit(points(4)), StateError);
  EXPECT_THROW(trainer.evaluate(points(4)), StateError);
  EXPECT_THROW(trainer.compile({.optimizer = {}, .loss = "cross_entropy"}), StateError);
  EXPECT_THROW(trainer.compile({.optimizer = optim::SGD(), .loss = {}}), StateError);
  EXPECT_THROW(trainer.save("never.lamina"), StateError);
  EXPECT_THROW(Loss("cross_entrpy"), KeyError);
  EXPECT_THROW(AnyMetric("acuracy"), KeyError);
  trainer.compile(adam());
  EXPECT_THROW(trainer.fit(data::ArrayDataset(zeros({0, 2}), zeros({0}, int64))), ValueError);
  EXPECT_THROW(trainer.fit(points(4), {.batch_size = 0}), ValueError);
}

TEST(Trainer, ALabelOutOfRangeLeavesTheModelAsItWas) {
  lamina::seed(2);
  nn::Sequential model{nn::Linear(2, 8), nn::BatchNorm1d(8), nn::ReLU(), nn::Linear(8, 3)};
  Trainer trainer(model);
  trainer.compile(adam());
  auto state = [&] {
    std::vector<std::vector<double>> values;
    for (const auto& dict : {model.state_dict(), trainer.optimizer().state_dict()}) {
      for (const auto& item : dict)
        values.push_back(astype(item.second, float64).to_vector<double>());
    }
    return values;
  };
  const FitOptions options{.batch_size = 4, .verbose = 0};
  trainer.fit(points(8), options);
  const auto before = state();
  const data::ArrayDataset bad(ones({2, 2}), array({0, 7}, int64));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(trainer.fit(bad, options), Error);
    EXPECT_EQ(state(), before);
  }
  trainer.fit(points(8), options);
  EXPECT_NE(state(), before);
}

TEST(Trainer, MakesNoNewProgramsAfterTheSecondEpochAndKeepsNoMemory) {
  auto [train, test] = points(125).split(0.8);
  nn::Sequential model = small_net();
  Trainer trainer(model);
  trainer.compile(adam());
  const FitOptions options{.epochs = 3, .batch_size = 32, .validation_data = test, .verbose = 0};
  trainer.fit(train, options);
  const int64_t programs = execution_counters().new_programs;
  const size_t memory = memory_statistics().in_use;
  for (int i = 0; i < 5; ++i) trainer.fit(train, options);
  EXPECT_EQ(execution_counters().new_programs, programs);
  EXPECT_LE(memory_statistics().in_use, memory + memory / 100);
}

TEST(Callbacks, RunAtTheirPlaces) {
  struct Recorder : Callback {
    std::string calls;
    void on_train_begin() override { calls += "T"; }
    void on_train_end() override { calls += "t"; }
    void on_epoch_begin(int64_t epoch) override { calls += "E" + std::to_string(epoch); }
    void on_epoch_end(int64_t, const Logs& logs) override {
      calls += "e";
      EXPECT_TRUE(logs.find("loss"));
      EXPECT_EQ(trainer().history().epochs(), ++epochs);
    }
    void on_train_batch_begin(int64_t batch) override { calls += "B" + std::to_string(batch); }
    void on_train_batch_end(int64_t) override { calls += "b"; }
    int64_t epochs = 0;
  } recorder;
  nn::Sequential model = small_net();
  Trainer trainer(model);
  trainer.compile(adam());
  trainer.fit(points(3), {.epochs = 2, .batch_size = 2, .verbose = 0, .callbacks = {recorder}});
  EXPECT_EQ(recorder.calls, "TE0B0bB1beE1B0bB1bet");
  EXPECT_THROW(recorder.trainer(), StateError);
}

TEST(Callbacks, EarlyStoppingStopsAndBringsTheBestBack) {
  nn::Sequential model = small_net();
  Trainer trainer(model);
  trainer.compile({.optimizer = optim::SGD({.lr = 1e-9}), .loss = "cross_entropy"});
  EarlyStopping stopping(
      {.monitor = "loss", .patience = 2, .min_delta = 0.01, .restore_best_weights = true});
  trainer.fit(points(8), {.epochs = 20, .batch_size = 8, .verbose = 0, .callbacks = {stopping}});
  EXPECT_EQ(trainer.history().epochs(), 3);  // one that is best, two to wait, as in Keras
  EXPECT_EQ(stopping.best_epoch(), 0);
  EXPECT_EQ(stopping.stopped_epoch(), 2);
  EarlyStopping wrong({.monitor = "val_los"});
  EXPECT_THROW(trainer.fit(points(8), {.verbose = 0, .callbacks = {wrong}}), KeyError);
  EXPECT_THROW(EarlyStopping({.mode = "best"}), ValueError);
}

// Key stability: a loop that does the same thing makes no new program after its second epoch. A failing
// case prints the first part of the key that differed.
#include <gtest/gtest.h>

#include "lamina/nn/modules.h"
#include "lamina/optim/optimizers.h"
#include "lamina/train/trainer.h"
#include "tests/cpp/train/loops.h"

namespace lamina {
namespace {

TEST(KeyStability, Sgd) {
  auto data = examples();
  auto model = plain();
  optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  expect_stable(loop(model, optimizer, data));
}

TEST(KeyStability, AdamWithACosineSchedule) {
  auto data = examples();
  auto model = plain();
  optim::Adam optimizer(model.parameters(), {.lr = optim::CosineSchedule{.lr = 0.01, .steps = 30}});
  expect_stable(loop(model, optimizer, data));
}

TEST(KeyStability, DropoutAndBatchNorm) {
  auto data = examples();
  nn::Sequential model{nn::Linear(8, 16), nn::BatchNorm1d(16), nn::ReLU(), nn::Dropout(0.3),
                       nn::Linear(16, 4)};
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  expect_stable(loop(model, optimizer, data));
}

TEST(KeyStability, Clipping) {
  auto data = examples();
  auto model = plain();
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  expect_stable([&] {
    for (auto [x, y] : data::DataLoader(data, {.batch_size = 16, .shuffle = true, .seed = 0})) {
      nn::cross_entropy(model(x), y).backward();
      optim::clip_grad_norm(model.parameters(), 0.5);
      optimizer.step();
    }
  });
}

TEST(KeyStability, GradientAccumulation) {
  auto data = examples();
  auto model = plain();
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  expect_stable([&] {
    int batch = 0;
    for (auto [x, y] : data::DataLoader(data, {.batch_size = 16, .shuffle = true, .seed = 0})) {
      (nn::cross_entropy(model(x), y) * 0.25).backward();
      if (++batch % 2 == 0) optimizer.step();
    }
    optimizer.step();
  });
}

TEST(KeyStability, LossPrintedEveryTenSteps) {
  auto data = examples(320);
  auto model = plain();
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  int step = 0;
  double printed = 0;
  Array total = array(0.0);
  auto before = [&](Array& loss) {
    if (step % 10 == 5) printed += loss.item();  // before backward: one forward more
  };
  auto after = [&](Array& loss) {
    total += loss;
    if (step++ % 10 == 0) printed += loss.item() + total.item();
  };
  expect_stable(loop(model, optimizer, data, before, after));
  EXPECT_GT(printed, 0);
}

TEST(KeyStability, FitWithASmallerLastBatchAndValidation) {
  auto data = examples(), validation = examples(30);
  auto model = plain();
  train::Trainer trainer(model);
  trainer.compile(
      {.optimizer = optim::Adam({.lr = 0.01}), .loss = "cross_entropy", .metrics = {"accuracy"}});
  int64_t epochs = 0;
  expect_stable([&] {
    trainer.fit(
        data, {.epochs = ++epochs, .batch_size = 16, .validation_data = validation, .verbose = 0});
  });
}

TEST(KeyStability, TwoNetworksInTurn) {
  auto data = examples();
  auto first = plain();
  nn::Sequential second{nn::Linear(8, 12), nn::Tanh(), nn::Linear(12, 4)};
  optim::SGD a(first.parameters(), {.lr = 0.1});
  optim::Adam b(second.parameters(), {.lr = 0.01});
  expect_stable([&] {
    for (auto [x, y] : data::DataLoader(data, {.batch_size = 16, .shuffle = true, .seed = 0})) {
      nn::cross_entropy(first(x), y).backward();
      a.step();
      nn::cross_entropy(second(x), y).backward();
      b.step();
    }
  });
}

}  // namespace
}  // namespace lamina

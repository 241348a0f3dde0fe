// Memory that runs out anywhere in a fit: a typed exception, and a model that is as after a step.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "lamina/base/error.h"
#include "lamina/base/fault.h"
#include "lamina/core/allocator.h"
#include "lamina/data/digits.h"
#include "lamina/nn/batch_norm.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/dropout.h"
#include "lamina/nn/flatten.h"
#include "lamina/nn/pooling.h"
#include "lamina/optim/adam.h"
#include "lamina/train/trainer.h"
#include "lamina/train/weight_callbacks.h"
#include "tests/cpp/train/problem.h"

using namespace lamina;
using namespace lamina::train;

namespace {

std::vector<float> weights(const nn::Module& module) {
  std::vector<float> all;
  for (const auto& [name, value] : module.state_dict()) {
    const std::vector<float> part = value.to_vector<float>();
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

// What the weights are after each step.
struct Path : Callback {
  explicit Path(nn::Module& module) : module(module) { places.insert(weights(module)); }
  void on_train_batch_end(int64_t) override { places.insert(weights(module)); }
  nn::Module& module;
  std::set<std::vector<float>> places;
};

struct Task {
  std::function<nn::Sequential()> make;
  data::ArrayDataset data;
  FitOptions fit;
  int64_t accumulate = 1;
};

// Makes each allocation of a fit fail, one at a time.
void fail_everywhere(const Task& task, size_t steps, int64_t fewest) {
  auto compiled = [&](Trainer& trainer) {
    trainer.compile({.optimizer = optim::AdamW({.lr = 0.02}),
                     .loss = "cross_entropy",
                     .metrics = {"accuracy", "f1"},
                     .accumulate = task.accumulate});
  };
  nn::Sequential model = task.make();
  Path path(model);
  {
    Trainer trainer(model);
    compiled(trainer);
    FitOptions options = task.fit;
    options.callbacks = {path};
    trainer.fit(task.data, options);
  }
  ASSERT_EQ(path.places.size(), steps + 1);

  int64_t failed = 0;
  size_t in_use = 0;
  for (int64_t k = 0;; ++k) {
    nn::Sequential again = task.make();
    Trainer trainer(again);
    compiled(trainer);
    bool done = true;
    {
      const fault::Guard guard("allocate", k);
      try {
        trainer.fit(task.data, task.fit);
      } catch (const OutOfMemory&) {
        done = false;
      }
    }
    EXPECT_TRUE(path.places.count(weights(again))) << "allocation " << k;
    if (done) break;
    ++failed;
    if (k % 16 == 0) {
      trainer.fit(task.data,
                  {.epochs = 1, .batch_size = 4, .verbose = 0});  // the next smaller batch
    }
    if (k == 32) in_use = memory_statistics().in_use;
    if (k > 32) {
      EXPECT_LE(memory_statistics().in_use, in_use + in_use / 2) << "allocation " << k;
    }
  }
  EXPECT_GT(failed, fewest);
}

// Batch statistics, dropout, convolution: state beside the weights, and random numbers.
nn::Sequential picture_net() {
  lamina::seed(5);
  return nn::Sequential{nn::Conv2d(1, 4, 3, {.padding = 1}),
                        nn::BatchNorm2d(4),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Dropout(0.3),
                        nn::Flatten(),
                        nn::Linear(4 * 16, 10)};
}

}  // namespace

TEST(Failure, EveryAllocationOfAFitMayFail) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  fail_everywhere({[] { return small_net(); }, points(24), {.batch_size = 8, .verbose = 0}}, 3, 20);
}

TEST(Failure, EveryAllocationOfAFitOfPicturesMayFail) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  const data::ArrayDataset digits = data::digits();
  std::vector<int64_t> numbers(16);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i) * 7;
  const data::Batch some = digits.get(numbers);
  const data::ArrayDataset few(some.x, some.y);
  FitOptions fit{.batch_size = 4, .validation_data = few, .verbose = 0};
  fail_everywhere({picture_net, few, fit, 2}, 4, 40);
}

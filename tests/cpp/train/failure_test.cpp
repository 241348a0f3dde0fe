// Memory that runs out anywhere in a fit: a typed exception, and a model that is as after a step.
#include <gtest/gtest.h>

#include <set>

#include "lamina/base/error.h"
#include "lamina/base/fault.h"
#include "lamina/core/allocator.h"
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

}  // namespace

TEST(Failure, EveryAllocationOfAFitMayFail) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  const auto data = points(24);
  const CompileOptions how{.optimizer = {}, .loss = "cross_entropy", .metrics = {"accuracy", "f1"}};
  auto compiled = [&](Trainer& trainer) {
    CompileOptions options = how;
    options.optimizer = optim::AdamW({.lr = 0.02});
    trainer.compile(std::move(options));
  };
  const FitOptions fit{.epochs = 1, .batch_size = 8, .verbose = 0};

  nn::Sequential model = small_net();
  Path path(model);
  {
    Trainer trainer(model);
    compiled(trainer);
    FitOptions options = fit;
    options.callbacks = {path};
    trainer.fit(data, options);
  }
  ASSERT_EQ(path.places.size(), 4u);

  int64_t failed = 0;
  size_t in_use = 0;
  for (int64_t k = 0;; ++k) {
    nn::Sequential again = small_net();
    Trainer trainer(again);
    compiled(trainer);
    bool done = true;
    {
      const fault::Guard guard("allocate", k);
      try {
        trainer.fit(data, fit);
      } catch (const OutOfMemory&) {
        done = false;
      }
    }
    EXPECT_TRUE(path.places.count(weights(again))) << "allocation " << k;
    if (done) break;
    ++failed;
    if (k % 16 == 0) {
      trainer.fit(data, {.epochs = 1, .batch_size = 4, .verbose = 0});  // the next smaller batch
    }
    if (k == 32) in_use = memory_statistics().in_use;
    if (k > 32) {
      EXPECT_LE(memory_statistics().in_use, in_use + in_use / 2) << "allocation " << k;
    }
  }
  EXPECT_GT(failed, 20);
}

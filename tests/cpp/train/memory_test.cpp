// Loops that people write without a thought of what is recorded: their memory does not grow.
#include <gtest/gtest.h>

#include "lamina/core/allocator.h"
#include "lamina/ir/node.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/optim/sgd.h"
#include "lamina/train/loss.h"
#include "tests/cpp/train/problem.h"

using namespace lamina;

namespace {

constexpr int kWarm = 1000, kSteps = 10'000;

struct Usage {
  size_t bytes = memory_statistics().in_use;
  int64_t nodes = pending_nodes();
};

// Bytes and pending nodes are those of one point of a loop that repeats itself: before the steps, and after.
void expect_no_growth(const Usage& before, const Usage& after) {
  EXPECT_LE(after.bytes, before.bytes + before.bytes / 100);
  EXPECT_LE(after.nodes, before.nodes + before.nodes / 100);
}

}  // namespace

TEST(Memory, ASumOfLossesDoesNotKeepTheSteps) {
  nn::Sequential model = small_net();
  optim::SGD optimizer(model.parameters(), {.lr = 0.01});
  const train::Loss loss_function("cross_entropy");
  const auto data = points(16);
  Array total = 0.0;
  Usage before;
  for (int step = 0; step < kWarm + kSteps; ++step) {
    if (step == kWarm) before = {};
    Array loss = loss_function(model(data.x()), data.y());
    total += loss;
    loss.backward();
    optimizer.step();
  }
  expect_no_growth(before, {});
  EXPECT_GT(total.item(), 0);
}

// No NoGrad, and each prediction is read and dropped.
TEST(Memory, PredictionsThatKeepATapeAreLetGo) {
  nn::Sequential model = small_net();
  const auto data = points(16);
  Usage before;
  double sum = 0;
  for (int step = 0; step < kWarm + kSteps; ++step) {
    if (step == kWarm) before = {};
    sum += model(data.x()).to_vector<float>()[0];
  }
  expect_no_growth(before, {});
  EXPECT_NE(sum, 0);
}

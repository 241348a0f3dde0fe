// Scaled losses in C++; tests/python/test_loss_scaler.py has the rest.
#include "lamina/optim/loss_scaler.h"

#include <gtest/gtest.h>

#include <limits>

#include "lamina/base/error.h"
#include "lamina/base/fault.h"
#include "lamina/nn/modules.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/random.h"
#include "lamina/ops/reduction.h"
#include "lamina/optim/optimizers.h"

namespace lamina {
namespace {

std::vector<std::vector<float>> values(const std::vector<Parameter>& parameters) {
  std::vector<std::vector<float>> all;
  for (const Parameter& p : parameters) all.push_back(p.value().to_vector<float>());
  return all;
}

struct Net {
  nn::Sequential model{nn::Linear(4, 8), nn::ReLU(), nn::Linear(8, 2)};
  optim::Adam optimizer{model.parameters(), {.lr = 0.01}};
  optim::LossScaler scaler{{.scale = 64}};
  Array x = random_normal({8, 4}).eval();

  void backward(double factor = 1) {
    const Array y = model(x * factor);
    scaler.scale(mean(y * y)).backward();
  }
};

TEST(LossScaler, LeavesOutWhatOverflows) {
  seed(4);
  Net net;
  net.backward();
  EXPECT_TRUE(net.scaler.step(net.optimizer));
  net.scaler.update();
  const auto before = values(net.model.parameters());
  net.backward(std::numeric_limits<double>::infinity());
  EXPECT_FALSE(net.scaler.step(net.optimizer));
  net.scaler.update();
  EXPECT_EQ(values(net.model.parameters()), before);
  EXPECT_EQ(net.optimizer.steps(), 1);
  EXPECT_EQ(net.scaler.current_scale(), 32);
}

// Gradients that were divided already are not there to be divided again.
TEST(LossScaler, AStepThatThrowsDropsTheGradients) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  seed(5);
  Net net;
  net.backward();
  net.scaler.step(net.optimizer);
  net.scaler.update();
  const auto before = values(net.model.parameters());
  net.backward();
  {
    fault::Guard guard("allocate", 0);
    EXPECT_ANY_THROW(net.scaler.step(net.optimizer));
  }
  EXPECT_EQ(values(net.model.parameters()), before);
  EXPECT_THROW(net.scaler.step(net.optimizer), StateError);
  net.backward();
  EXPECT_TRUE(net.scaler.step(net.optimizer));
}

}  // namespace
}  // namespace lamina

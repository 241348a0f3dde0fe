#include "lamina/models/mlp.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"

namespace lamina {
namespace {

// 1 -> 2 -> 1 with the activation between: w2 . f(w1 x + b1) + b2, by hand.
TEST(Mlp, IsItsLayersInTurn) {
  models::MLP net({1, 2, 1}, {.activation = models::Activation::Sigmoid});
  net.load_state_dict({{"0.weight", reshape(array({1, -2}), {2, 1})},
                       {"0.bias", array({0.5, 0.25})},
                       {"2.weight", reshape(array({3, 4}), {1, 2})},
                       {"2.bias", array({-1})}});
  auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  std::vector<double> values = net(full({1, 1}, 0.75)).to_vector<double>();
  ASSERT_EQ(values.size(), 1u);
  EXPECT_NEAR(values[0], 3 * sigmoid(1.25) + 4 * sigmoid(-1.25) - 1, 1e-5);
}

TEST(Mlp, TheNetsOfTheSurvey) {
  EXPECT_EQ(models::fcn5().parameter_count(),
            784 * 2048 + 2048 * 4096 + 4096 * 1024 + 1024 * 10 + 2048 + 4096 + 1024 + 10);
  models::MLP copy = clone(models::MLP({3, 2}, {.bias = false}));
  EXPECT_EQ(copy.parameter_count(), 6);
}

TEST(Mlp, SizesThatCannotBe) {
  EXPECT_THROW(models::MLP({}), ValueError);
  EXPECT_THROW(models::MLP({4}), ValueError);
  EXPECT_THROW(models::MLP({4, 0, 2}), ValueError);
  EXPECT_THROW(models::MLP({4, int64_t{1} << 62}), ValueError);
}

}  // namespace
}  // namespace lamina

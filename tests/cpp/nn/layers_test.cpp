// Layers and losses against values worked out by hand, in double.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/nn/init.h"
#include "lamina/nn/modules.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/random.h"

namespace lamina {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

std::vector<double> values(const Array& x) { return x.to_vector<double>(); }

TEST(BatchNorm, RunningStatisticsFollowTheBatches) {
  nn::BatchNorm1d norm(2);
  double mean[2] = {0, 0}, var[2] = {1, 1};
  for (int batch = 0; batch < 3; ++batch) {
    double data[4][2];
    double batch_mean[2] = {0, 0}, batch_var[2] = {0, 0};
    for (int i = 0; i < 4; ++i) {
      for (int c = 0; c < 2; ++c) {
        data[i][c] = std::sin(3.0 * i + 5 * c + 7 * batch);
        batch_mean[c] += data[i][c] / 4;
      }
    }
    for (int c = 0; c < 2; ++c) {
      for (int i = 0; i < 4; ++i) batch_var[c] += std::pow(data[i][c] - batch_mean[c], 2) / 3;
      mean[c] = 0.9 * mean[c] + 0.1 * batch_mean[c];
      var[c] = 0.9 * var[c] + 0.1 * batch_var[c];
    }
    Array x = array(std::span<const double>(&data[0][0], 8), Shape{4, 2});
    norm(x).eval();
    EXPECT_TRUE(norm.num_batches_tracked.value().is_ready()) << "the counter goes with the mean";
  }
  EXPECT_THAT(values(norm.running_mean), Pointwise(DoubleNear(1e-6), mean));
  EXPECT_THAT(values(norm.running_var), Pointwise(DoubleNear(1e-6), var));
  EXPECT_EQ(norm.num_batches_tracked.value().item<int64_t>(), 3);

  norm.eval();
  double expected = (1 - mean[0]) / std::sqrt(var[0] + 1e-5);
  EXPECT_NEAR(values(norm(ones({1, 2})))[0], expected, 1e-5);
  EXPECT_EQ(norm.num_batches_tracked.value().item<int64_t>(), 3) << "evaluation changes nothing";
}

TEST(BatchNorm, OneValuePerChannelCannotTrain) {
  nn::BatchNorm1d norm(2);
  EXPECT_THROW(norm(ones({1, 2})), ValueError);
}

TEST(Linear, IsTheProductWithTheTransposedWeight) {
  nn::Linear linear(2, 3);
  linear.weight->set_value(array({{1, 2}, {3, 4}, {5, 6}}));
  linear.bias->set_value(array({0.5, 0, -1}));
  EXPECT_THAT(values(linear(array({{1, 10}}))), ElementsAre(21.5, 43, 64));
}

TEST(Init, BoundsArePyTorchs) {
  seed(3);
  nn::Linear linear(100, 200);
  double largest = 0, sum = 0;
  for (double w : values(linear.weight)) largest = std::max(largest, std::abs(w)), sum += w * w;
  EXPECT_LE(largest, 0.1);
  EXPECT_GT(largest, 0.0999);
  EXPECT_NEAR(sum / 20000, 0.01 / 3, 1e-4);
  seed(3);
  EXPECT_EQ(values(nn::Linear(100, 200).weight), values(linear.weight))
      << "the same seed, the same values";

  double square = 0;
  for (double w : values(nn::init::kaiming_normal({64, 32, 3, 3}))) square += w * w;
  EXPECT_NEAR(square / (64 * 32 * 9), 2.0 / (32 * 9), 2e-4);
}

TEST(Losses, AgreeWithTheirFormulas) {
  Array p = array({0.5, -2, 3}), t = array({1, 0, 1});
  EXPECT_NEAR(nn::mse_loss(p, t).item(), (0.25 + 4 + 4) / 3, 1e-6);
  EXPECT_NEAR(nn::l1_loss(p, t).item(), 4.5 / 3, 1e-6);
  EXPECT_NEAR(nn::huber_loss(p, t, {.delta = 0.5}).item(), (0.125 + 0.5 * 1.75 * 2) / 3, 1e-6);
  EXPECT_NEAR(nn::smooth_l1_loss(p, t, {.beta = 0.5}).item(), 2 * (0.125 + 0.5 * 1.75 * 2) / 3,
              1e-6);
  double bce = std::log1p(std::exp(-0.5)) + std::log1p(std::exp(-2)) + std::log1p(std::exp(-3));
  EXPECT_NEAR(nn::bce_with_logits(p, t, {.reduction = nn::LossReduction::Sum}).item(), bce, 1e-5);
  EXPECT_NEAR(nn::nll_loss(array({{-1, -2}, {-3, -4}}), array({1, 0}, int64)).item(), 2.5, 1e-6);
  EXPECT_THROW(nn::mse_loss(ones({3, 1}), ones({3})), ShapeError);
}

TEST(Losses, AreFoundByName) {
  Array p = array({0.5, -2}), t = array({1, 0});
  EXPECT_EQ(nn::loss_by_name("mse")(p, t).item(), nn::mse_loss(p, t).item());
  EXPECT_EQ(nn::loss_by_name("mean_squared_error")(p, t).item(), nn::mse_loss(p, t).item());
  EXPECT_THROW(nn::loss_by_name("square"), KeyError);
}

TEST(Sequential, ADigitsNetFits) {
  nn::Sequential model{nn::Conv2d(1, 32, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2),
                       nn::Flatten(), nn::Linear(512, 10)};
  EXPECT_EQ(model(zeros({5, 1, 8, 8})).shape(), Shape({5, 10}));
}

}  // namespace
}  // namespace lamina

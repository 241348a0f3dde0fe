#include <gtest/gtest.h>

#include <cmath>

#include "lamina/core/allocator.h"
#include "lamina/lamina.h"

namespace lamina {
namespace {

TEST(Transforms, VjpGivesValuesAndCotangents) {
  auto [outputs, pullback] = vjp(
      [](const std::vector<Array>& x) {
        return std::vector{x[0] * x[1], sin(x[0])};
      },
      {array({2.0, 3.0}, float64), array({5.0, 7.0}, float64)});
  EXPECT_EQ(outputs[0].to_vector<double>(), (std::vector<double>{10, 21}));
  const auto cotangents = pullback({array({1.0, 1.0}, float64), array({0.0, 1.0}, float64)});
  EXPECT_EQ(cotangents[1].to_vector<double>(), (std::vector<double>{2, 3}));
  EXPECT_NEAR(cotangents[0].to_vector<double>()[1], 7 + std::cos(3.0), 1e-12);
}

TEST(Transforms, JvpIsTheDerivativeAlongTheTangents) {
  auto [outputs, tangents] =
      jvp([](const std::vector<Array>& x) { return std::vector{exp(x[0]) * x[0]}; },
          {array({0.5}, float64)}, {array({2.0}, float64)});
  EXPECT_NEAR(outputs[0].item(), std::exp(0.5) * 0.5, 1e-12);
  EXPECT_NEAR(tangents[0].item(), 2 * std::exp(0.5) * 1.5, 1e-12);
  EXPECT_FALSE(tangents[0].requires_grad());
}

TEST(Transforms, CustomVjpFollowsTheRule) {
  const auto clipped = custom_vjp(
      [](const std::vector<Array>& x) { return std::vector{x[0] * 1.0}; },
      [](const VjpCall& call) { return std::vector{clip(call.cotangents[0], -1.0, 1.0)}; });
  const Array g =
      grad([&](const Array& x) { return sum(clipped({x})[0] * 5.0); })(array({1.0, 2.0}, float64));
  EXPECT_EQ(g.to_vector<double>(), (std::vector<double>{1, 1}));
}

TEST(Transforms, CheckpointRecordsAgainAndDrawsTheSame) {
  int calls = 0;
  const auto block = checkpoint([&](const std::vector<Array>& x) {
    ++calls;
    return std::vector{dropout(exp(x[0]), 0.5)};
  });
  seed(3);
  const auto [value, g] =
      value_and_grad([&](const Array& x) { return sum(block({x})[0]); })(zeros({64}, float64));
  EXPECT_EQ(calls, 2);
  // exp'(0) = exp(0): the gradient of the sum is the value, if both saw the same mask.
  EXPECT_EQ(value.item(), sum(g).item());
  EXPECT_GT(value.item(), 0);
}

// A chain of blocks: with checkpoints the values inside of them need not live at the same time.
TEST(Transforms, CheckpointNeedsLessMemory) {
  const auto layer = [](Array x) {
    for (int i = 0; i < 8; ++i) x = sin(matmul(x, x) * 0.01);
    return x;
  };
  auto peak = [&](bool again) {
    const auto block =
        checkpoint([&](const std::vector<Array>& x) { return std::vector{layer(x[0])}; });
    const Array x = random_uniform({128, 128});
    x.eval();
    reset_peak_memory();
    grad([&](const Array& in) {
      Array y = in;
      for (int i = 0; i < 6; ++i) y = again ? block({y})[0] : layer(y);
      return sum(y);
    })(x)
        .eval();
    return memory_statistics().peak;
  };
  EXPECT_LT(peak(true), peak(false) * 2 / 3);
}

}  // namespace
}  // namespace lamina

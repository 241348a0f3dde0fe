// How Lamina should feel: the sketches that fixed its tone and its names, compiled and run.
// tests/python/test_api_sketches.py has them in Python.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lamina/lamina.h>

#include <sstream>

#include "lamina/check/sweep.h"
#include "lamina/exec/profile.h"
#include "lamina/op/elementwise.h"

namespace lm = lamina;

namespace {

using namespace lamina;

TEST(ApiSketches, ArraysReadLikeNumpy) {
  auto x = lm::array({{1, 2}, {3, 4}}, lm::float32);
  auto y = lm::softmax(lm::matmul(x, lm::transpose(x)), {.axis = -1});
  EXPECT_FALSE(y.is_ready());  // checked and recorded, not computed yet
  std::ostringstream out;
  out << y;
  EXPECT_TRUE(y.is_ready());
  EXPECT_THAT(out.str(), testing::StartsWith("[[0.0024726"));
  EXPECT_EQ(y.shape(), (Shape{2, 2}));
}

TEST(ApiSketches, Gradients) {
  auto x = lm::array({{1, 2}, {3, 4}});
  auto t = lm::reshape(lm::array({1, 0}), {2, 1});
  auto w = lm::reshape(lm::array({0.5, -0.5}), {2, 1});
  auto [loss, g] = lm::value_and_grad(
      [&](const lm::Array& w) { return lm::mean(lm::square(lm::matmul(x, w) - t)); })(w);
  EXPECT_FLOAT_EQ(loss.item<float>(), 1.25f);  // ((-0.5 - 1)^2 + (-0.5 - 0)^2) / 2
  EXPECT_THAT(g.to_vector<float>(), testing::ElementsAre(-3, -5));
}

TEST(ApiSketches, ANetInSixLines) {
  lm::seed(0);
  auto [train, test] = data::digits().split(0.8, {.seed = 0});
  nn::Sequential model{nn::Conv2d(1, 32, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2),
                       nn::Flatten(), nn::Linear(512, 10)};
  Trainer trainer(model);
  trainer.compile(
      {.optimizer = optim::Adam({.lr = 1e-3}), .loss = "cross_entropy", .metrics = {"accuracy"}});
  trainer.fit(train, {.epochs = 3, .batch_size = 64, .validation_data = test, .verbose = 0});
  EXPECT_GT(trainer.evaluate(test).at("accuracy"), 0.8);
  EXPECT_EQ(trainer.predict(test.x()).shape(), (Shape{test.size(), 10}));
}

struct Block : nn::Module {
  explicit Block(int channels) : channels(channels) {}
  int channels;
  nn::Conv2d& conv1 =
      add("conv1", nn::Conv2d(channels, channels, 3, {.padding = 1, .bias = false}));
  nn::BatchNorm2d& bn1 = add("bn1", nn::BatchNorm2d(channels));
  Array forward(Array x) override { return relu(x + bn1(conv1(x))); }
};

TEST(ApiSketches, AModuleAndALoopOfOnesOwn) {
  lm::seed(0);
  auto [train, rest] = data::digits().split(0.2, {.seed = 0});
  nn::Sequential model{nn::Conv2d(1, 8, 3, {.padding = 1}), Block(8), nn::MaxPool2d(2),
                       nn::Flatten(), nn::Linear(128, 10)};
  optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  double first = 0, last = 0;
  for (int epoch = 0; epoch < 4; ++epoch) {
    Array total = 0.0;
    int64_t before = execution_counters().evaluations, steps = 0;
    for (auto [x, y] : data::DataLoader(train, {.batch_size = 64, .shuffle = true, .seed = 0})) {
      Array loss = nn::cross_entropy(model(x), y);
      loss.backward();
      optimizer.step();
      total += loss;
      ++steps;
    }
    EXPECT_EQ(execution_counters().evaluations - before, steps);  // one program a step
    last = total.item();
    if (epoch == 0) first = last;
  }
  EXPECT_LT(last, first / 2);
  for (const Parameter& parameter : model.parameters()) EXPECT_FALSE(parameter.grad());
}

TEST(ApiSketches, AMistakeSaysWhereWhatAndHow) {
  nn::Sequential model{nn::Linear(64, 512), nn::ReLU(), nn::Linear(256, 10)};
  try {
    model(zeros({8, 64}));
    FAIL() << "expected a ShapeError";
  } catch (const ShapeError& error) {
    EXPECT_THAT(
        error.what(),
        testing::AllOf(testing::HasSubstr("in 2 (Linear 256 -> 10): expected 256 input features on "
                                          "axis -1, got 512"),
                       testing::HasSubstr("input      float32 [8, 512]  from 1 (ReLU)"),
                       testing::HasSubstr("help       Linear(512, 10)")));
  }
}

TEST(ApiSketches, WhatRan) {
  Array x = array({1, -2, 3});
  EXPECT_THAT(explain(sum(relu(x * 2.0))), testing::HasSubstr("multiply, relu, sum"));
}

}  // namespace

// An op, whole, in one file. (Softplus under another name: the library has that one.)
namespace lamina {

struct SmoothRelu : Elementwise<1> {
  static constexpr auto name = "smooth_relu";
  static constexpr auto formula = [](auto x) { return max(x, 0) + log1p(exp(-abs(x))); };
  static void gradient(Context& c) { c.give(0, c.cotangent() * sigmoid(c.input(0))); }
  static void samples(Samples& s) { s.floats().near(0).large(1e4).empty(); }
  static constexpr auto doc =
      "Smooth approximation of relu.\n>>> lm.softplus(lm.array(0.0))\n0.693147";
};
LAMINA_OP(SmoothRelu)

static Array smooth_relu(Array x) {
  return record_elementwise(ops::op_SmoothRelu(), {std::move(x)});
}

namespace {

TEST(ApiSketches, AnOpWholeInOneFile) {
  EXPECT_FLOAT_EQ(smooth_relu(array(0.0)).item<float>(), 0.693147f);
  EXPECT_FLOAT_EQ(grad(smooth_relu)(array(0.0)).item<float>(), 0.5f);
  for (SweepMode mode : {SweepMode::Test, SweepMode::Grad, SweepMode::Bad}) {
    SweepReport report = sweep(ops::op_SmoothRelu(), mode);
    EXPECT_GT(report.cases, 0);
    EXPECT_TRUE(report.failures.empty()) << report.failures[0];
  }
}

}  // namespace
}  // namespace lamina

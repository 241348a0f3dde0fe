// Passes that change what lives at the same time, and no result.
#include <gtest/gtest.h>

#include <algorithm>

#include "lamina/compile/fit_memory.h"
#include "lamina/compile/order_for_memory.h"
#include "lamina/exec/memory_budget.h"
#include "lamina/nn/modules.h"
#include "lamina/op/graph_text.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/random.h"
#include "lamina/ops/reduction.h"
#include "lamina/optim/sgd.h"

namespace lamina {
namespace {

Graph parsed(const std::string& text) { return parse_graph("lamina-ir 1" + text); }
std::string shown(const Graph& graph) {
  const std::string all = to_text(graph);
  return all.substr(all.find('\n'));
}

TEST(OrderForMemory, WhatComesAfterLessComesFirst) {
  // The gradient that ends first comes first, though it is the last output.
  Graph graph = parsed(R"(
%0 = input float32 [64] "x"
%1 = exp(%0) : float32 [64]
%2 = exp(%1) : float32 [64]
%3 = exp(%2) : float32 [64]
%4 = sum(%3, axis=[0], keepdims=false) : float32 []
%5 = sum(%1, axis=[0], keepdims=false) : float32 []
output %4
output %5
)");
  order_for_memory(graph);
  EXPECT_EQ(shown(graph), R"(
%0 = input float32 [64] "x"
%1 = exp(%0) : float32 [64]
%2 = sum(%1, axis=[0], keepdims=false) : float32 []
%3 = exp(%1) : float32 [64]
%4 = exp(%3) : float32 [64]
%5 = sum(%4, axis=[0], keepdims=false) : float32 []
output %5
output %2
)");
}

TEST(OrderForMemory, AnUpdateInPlaceWaitsForThoseThatReadTheOldValue) {
  Graph graph = parsed(R"(
%0 = input float32 [64] "w"
%1 = input float32 [64] "g"
%2 = exp(%0) : float32 [64]
%3 = exp(%1) : float32 [64]
%4 = subtract(%0, %3) : float32 [64]
%5 = exp(%2) : float32 [64]
output %4
output %5
)");
  graph.values[0].dies = true;
  order_for_memory(graph);
  // exp of the old value comes before the update, which would otherwise need memory of its own.
  EXPECT_EQ(shown(graph), R"(
%0 = input float32 [64] "g"
%1 = exp(%0) : float32 [64]
%2 = input float32 [64] "w"
%3 = exp(%2) : float32 [64]
%4 = subtract(%2, %1) : float32 [64]
%5 = exp(%3) : float32 [64]
output %4
output %5
)");
}

TEST(FitMemory, ComputesAgainWhatLivesLongest) {
  Graph graph = parsed(R"(
%0 = input float32 [1024] "x"
%1 = exp(%0) : float32 [1024]
%2 = exp(%1) : float32 [1024]
%3 = exp(%2) : float32 [1024]
%4 = exp(%3) : float32 [1024]
%5 = multiply(%4, %4) : float32 [1024]
%6 = multiply(%5, %3) : float32 [1024]
%7 = multiply(%6, %2) : float32 [1024]
%8 = multiply(%7, %1) : float32 [1024]
%9 = sum(%8, axis=[0], keepdims=false) : float32 []
output %9
)");
  const FittedGraph whole = fit_memory(graph, 1 << 20);
  EXPECT_EQ(shown(whole.graph), shown(graph));  // it fits
  EXPECT_EQ(std::count(whole.again.begin(), whole.again.end(), true), 0);

  const FittedGraph fitted = fit_memory(graph, 4 * 4096);
  EXPECT_LE(fitted.peak, 4 * 4096);
  EXPECT_LT(fitted.peak, whole.peak);
  EXPECT_GT(fitted.seconds, 0);
  // The first value of the chain is read last: it is made once more in front of that.
  const std::string text = shown(fitted.graph);
  EXPECT_NE(text.find("%8 = exp(%0)"), std::string::npos) << text;
  EXPECT_TRUE(fitted.again[8]);
}

TEST(MemoryBudget, ATrainingStepHasTheSameBits) {
  auto trained = [](int64_t budget, int64_t& peak) {
    seed(0);
    nn::Sequential model;
    for (int k = 0; k < 8; ++k) {
      model.append(nn::Linear(32, 32));
      model.append(nn::Tanh());
    }
    optim::SGD optimizer{model.parameters(), {.lr = 0.1}};
    Array x = random_normal({512, 32}).eval();
    reset_peak_memory();
    const auto before = static_cast<int64_t>(memory_statistics().in_use);
    const int64_t outside = set_memory_budget(budget);
    std::vector<float> losses;
    for (int k = 0; k < 3; ++k) {
      Array loss = mean(square(model(x)));
      loss.backward();
      optimizer.step();
      losses.push_back(loss.item<float>());
    }
    set_memory_budget(outside);
    peak = static_cast<int64_t>(memory_statistics().peak) - before;
    return losses;
  };
  int64_t usual = 0, held = 0;
  const auto losses = trained(0, usual);
  EXPECT_EQ(trained(usual * 6 / 10, held), losses);
  EXPECT_LE(held, usual * 65 / 100);
}

TEST(MemoryBudget, IsAScopeOfPositiveBytes) {
  EXPECT_THROW(MemoryBudget(0), ValueError);
  EXPECT_THROW(set_memory_budget(-1), ValueError);
  {
    MemoryBudget outer(1 << 20);
    {
      MemoryBudget inner(1 << 10);
      EXPECT_EQ(memory_budget(), 1 << 10);
    }
    EXPECT_EQ(memory_budget(), 1 << 20);
  }
  EXPECT_EQ(memory_budget(), 0);
}

}  // namespace
}  // namespace lamina

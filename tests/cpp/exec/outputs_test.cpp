// Which values a program keeps: those that somebody can still see, and no others.
#include <gtest/gtest.h>

#include "lamina/exec/evaluate.h"
#include "lamina/exec/explain.h"
#include "lamina/exec/profile.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/softmax.h"

namespace lamina {
namespace {

size_t outputs_of(const Array& a) { return program_for(std::span(&a, 1))->outputs.size(); }

TEST(Outputs, TemporariesOfAnExpressionAreNotKept) {
  Array x = ones({4, 3}), w = ones({3, 2}), t = ones({4, 2});
  eval({x, w, t});
  Array loss = mean(square(matmul(x, w) - t));
  EXPECT_EQ(outputs_of(loss), 1u);
  EXPECT_FLOAT_EQ(loss.item<float>(), 4.0f);
}

TEST(Outputs, WhatAHandleHoldsIsKept) {
  Array x = ones({4, 3}), w = ones({3, 2});
  eval({x, w});
  Array h = matmul(x, w);
  Array loss = mean(square(h));
  EXPECT_EQ(outputs_of(loss), 2u);
  loss.eval();
  EXPECT_TRUE(h.is_ready());
}

// The op's other output is computed later, from the same input.
TEST(Outputs, InputsStayForAnOutputThatIsPending) {
  for (int run = 0; run < 2; ++run) {  // node by node, then compiled
    auto [loss, logsumexp] = softmax_cross_entropy(array({{0, 0}}) * 1.0, array({1}, int64));
    loss.eval();
    EXPECT_FALSE(logsumexp.is_ready());
    EXPECT_NEAR(logsumexp.item<float>(), 0.693147, 1e-6);
    auto [other, rest] = softmax_cross_entropy(array({{0, 0}}), array({1}, int64));
    other.eval();
    EXPECT_NEAR(rest.item<float>(), 0.693147, 1e-6);
  }
}

// Scalars of a decomposition have no values yet.
TEST(Outputs, ACompositeOnScalarsDecomposes) {
  Array logits = array({0.0, 0.0});
  EXPECT_NEAR(softmax_cross_entropy(logits, array(1, int64)).loss.item<float>(), 0.693147, 1e-6);
}

// Handles alone are not enough: an unnamed value that feeds something pending must be kept too.
TEST(Outputs, WhatPendingWorkNeedsIsKept) {
  Array x = array({1, 2, 3});
  Array both = [&] {
    Array shared = exp(x);
    Array other = shared * 2.0;
    Array first = shared + 1.0;
    first.eval();
    return other;
  }();
  EXPECT_FALSE(both.is_ready());
  EXPECT_EQ(program_for(std::span(&both, 1))->instructions.size(), 1u) << explain(both);
}

TEST(Outputs, ALaterCallWithFewerHandlesHitsTheSameProgram) {
  Array x = array({1.5, 2.5});
  auto run = [&](bool keep) {
    Array middle = exp(x);
    Array last = middle + 3.0;
    if (!keep) middle.reset();
    last.eval();
  };
  run(true);
  run(true);
  int64_t before = execution_counters().new_programs;
  run(false);
  EXPECT_EQ(execution_counters().new_programs, before);
}

TEST(Outputs, AViewOfAWholeResultSharesItsMemory) {
  Array x = array({{1, 2, 3}, {4, 5, 6}});
  Array y = x * 2.0;
  Array z = transpose(y);
  eval({y, z});
  EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{2, 4, 6, 8, 10, 12}));
  EXPECT_EQ(z.to_vector<float>(), (std::vector<float>{2, 8, 4, 10, 6, 12}));
}

}  // namespace
}  // namespace lamina

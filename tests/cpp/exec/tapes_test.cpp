// When a tape ends, and what happens to memory until then.
#include <gtest/gtest.h>

#include <thread>

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ir/node.h"
#include "lamina/ir/tapes.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/reduction.h"

namespace lamina {
namespace {

template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "";
}

TEST(Tapes, BackwardTwiceIsStale) {
  Parameter p(array({1, 2}));
  Array loss = sum(p * p);
  loss.backward();
  EXPECT_NE(message_of<StaleTape>([&] { loss.backward(); }).find("retain_graph"),
            std::string::npos);
}

TEST(Tapes, RetainedGraphServesAgain) {
  Parameter p(array({1, 2}));
  Array loss = sum(p * p);
  loss.backward(true);
  loss.backward();
  EXPECT_EQ(p.grad().to_vector<float>(), (std::vector<float>{4, 8}));
}

TEST(Tapes, ReplacingAParameterEndsIt) {
  Parameter p(array({1, 2}));
  Array before = sum(p * p);
  before.eval();
  p->set_value(array({3, 4}));
  end_stale_tapes();
  EXPECT_THROW(before.backward(), StaleTape);
  EXPECT_EQ(before.node()->input_count, 0) << "an ended tape keeps nothing alive";
}

TEST(Tapes, APendingValueOfAnOldParameterIsStaleToo) {
  Parameter p(array({1, 2}));
  Array pending = sum(p * p);
  p->set_value(array({3, 4}));
  end_stale_tapes();
  EXPECT_THROW(pending.backward(), StaleTape);
  EXPECT_FLOAT_EQ(pending.item<float>(), 5.0f)
      << "its value is that of the parameter it was recorded with";
}

TEST(Tapes, EvaluatedValuesAreLeavesOnceTheTapeHasEnded) {
  Parameter p(array({1, 2}));
  Array loss = sum(p * p);
  loss.backward();
  loss.eval();
  EXPECT_EQ(loss.node()->input_count, 0);
}

TEST(Tapes, ReadingTheLossFirstChangesNothing) {
  Parameter p(array({1, 2}));
  auto gradient = [&](bool read) {
    p->take_grad();
    Array loss = sum(exp(p * p));
    if (read) loss.eval();
    loss.backward();
    return p.grad().to_vector<float>();
  };
  EXPECT_EQ(gradient(false), gradient(true));
}

TEST(Tapes, NothingTrainableIsSaidSo) {
  Array loss = sum(array({1, 2}) * 2.0);
  EXPECT_NE(message_of<GradientError>([&] { loss.backward(); }).find("trainable"),
            std::string::npos);
  Parameter p(array({1, 2}));
  NoGrad no_grad;
  Array cut = sum(p * p);
  EXPECT_THROW(cut.backward(), GradientError);
}

TEST(Tapes, AnErrorInsideATransformLeavesRecordingAsItWas) {
  EXPECT_THROW(grad([](const Array&) -> Array { throw ValueError("no"); })(array(1.0)), ValueError);
  EXPECT_TRUE(recording().gradients);
  EXPECT_EQ(recording().uncut, 0);
  Parameter p(array({1, 2}));
  {
    NoGrad no_grad;
    EXPECT_THROW(matmul(ones({2, 3}), ones({2, 3})), ShapeError);
  }
  EXPECT_TRUE(sum(p * p).requires_grad());
}

TEST(Tapes, SumsOfLossesDoNotGrow) {
  Parameter p(array({1, 2}));
  Array total = array(0.0);
  int64_t nodes = 0;
  for (int step = 0; step < 3000; ++step) {
    Array loss = sum(p * p);
    loss.backward();
    p->take_grad();
    loss.eval();
    total += loss;
    if (step == 1000) nodes = pending_nodes();
  }
  EXPECT_LE(pending_nodes(), nodes + 1024);
  EXPECT_FLOAT_EQ(total.item<float>(), 15000.0f);
}

TEST(Tapes, SecondOrder) {
  auto cube = [](const Array& x) { return sum(x * x * x); };
  auto second = grad([&](const Array& x) { return sum(grad(cube)(x)); });
  EXPECT_EQ(second(array({1, 2})).to_vector<float>(), (std::vector<float>{6, 12}));
}

TEST(Tapes, TransformsLeaveNoTapeBehind) {
  Array w = array({1, 2});
  for (int i = 0; i < 5; ++i) {
    auto [value, gradient] = value_and_grad([](const Array& x) { return sum(x * x); })(w);
    w = w - 0.1 * gradient;
    EXPECT_FALSE(w.requires_grad());
    w.eval();
    EXPECT_EQ(w.node()->input_count, 0);
  }
}

}  // namespace
}  // namespace lamina

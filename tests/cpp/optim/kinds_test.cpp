// What holds of every kind of optimizer: a step is one program, all or nothing, and refuses numbers
// that are none. tests/python/test_optimizers.py compares the formulas.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "lamina/base/error.h"
#include "lamina/base/fault.h"
#include "lamina/exec/profile.h"
#include "lamina/nn/modules.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/random.h"
#include "lamina/optim/optimizers.h"

namespace lamina {
namespace {

using optim::AnyOptimizer;

// Rates that change must not make programs.
optim::LearningRate falling() { return optim::ExponentialSchedule{.lr = 0.01, .factor = 0.97}; }

struct Kind {
  const char* name;
  std::function<AnyOptimizer(std::vector<Parameter>)> make;
};

template <class O, class Options>
Kind kind(const char* name, Options options) {
  return {name, [options](std::vector<Parameter> p) { return O(std::move(p), options); }};
}

std::vector<Kind> kinds() {
  using namespace optim;
  return {
      kind<NAdam>("NAdam", NAdamOptions{.lr = falling(), .weight_decay = 0.1}),
      kind<RAdam>("RAdam", RAdamOptions{.lr = falling()}),
      kind<Adamax>("Adamax", AdamaxOptions{.lr = falling()}),
      kind<Adam>("AMSGrad", AdamOptions{.lr = falling(), .amsgrad = true}),
      kind<Adagrad>("Adagrad", AdagradOptions{.lr = falling(), .lr_decay = 0.1}),
      kind<Adadelta>("Adadelta", AdadeltaOptions{.lr = falling()}),
      kind<Adafactor>("Adafactor", AdafactorOptions{.lr = falling(), .weight_decay = 0.1}),
      kind<Rprop>("Rprop", RpropOptions{.lr = 0.01}),
      kind<Ftrl>("Ftrl", FtrlOptions{.lr = falling(), .l1 = 0.01}),
      kind<LAMB>("LAMB", LAMBOptions{.lr = falling(), .weight_decay = 0.1}),
      kind<LARS>("LARS", LARSOptions{.lr = falling(), .weight_decay = 0.1}),
      kind<Lion>("Lion", LionOptions{.lr = falling(), .weight_decay = 0.1}),
      {"Lookahead",
       [](std::vector<Parameter> p) {
         return Lookahead(Adam(std::move(p), {.lr = falling()}), {.k = 3});
       }},
  };
}

struct Net {
  nn::Sequential model{nn::Linear(6, 8), nn::ReLU(), nn::Linear(8, 3)};
  Array x = random_normal({16, 6}).eval();
  Array y = random_integers({16}, 0, 3).eval();
  void step(AnyOptimizer& optimizer) {
    nn::cross_entropy(model(x), y).backward();
    optimizer->step();
  }
};

using Values = std::vector<std::vector<double>>;

Values values(const Net& net, AnyOptimizer& optimizer) {
  Values all;
  for (const auto& [name, value] : net.model.state_dict()) {
    all.push_back(value.to_vector<double>());
  }
  for (const auto& [name, value] : optimizer->state_dict()) {
    all.push_back(value.to_vector<double>());
  }
  return all;
}

TEST(Kinds, MakeNoNewProgramsAsRatesFall) {
  for (const Kind& kind : kinds()) {
    seed(1);
    Net net;
    AnyOptimizer optimizer = kind.make(net.model.parameters());
    for (int i = 0; i < 12; ++i) net.step(optimizer);  // RAdam changes its formula at the sixth
    const int64_t before = execution_counters().new_programs;
    for (int i = 0; i < 12; ++i) net.step(optimizer);
    EXPECT_EQ(execution_counters().new_programs, before) << kind.name << ": " << last_miss();
    for (const auto& values_of_one : values(net, optimizer)) {
      for (double v : values_of_one) ASSERT_TRUE(std::isfinite(v)) << kind.name;
    }
  }
}

TEST(Kinds, AFailureAnywhereLeavesEverythingAsItWas) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  for (const Kind& kind : kinds()) {
    seed(2);
    Net net;
    AnyOptimizer optimizer = kind.make(net.model.parameters());
    for (int i = 0; i < 4; ++i) net.step(optimizer);
    const Values before = values(net, optimizer);
    int64_t failed = 0;
    for (int64_t k = 0;; ++k) {
      nn::cross_entropy(net.model(net.x), net.y).backward();
      const fault::Guard guard("allocate", k);
      try {
        optimizer->step();
        break;
      } catch (const OutOfMemory&) {
        ++failed;
      }
      fault::disarm();
      ASSERT_EQ(values(net, optimizer), before) << kind.name << ", allocation " << k;
      optimizer->zero_grad();
    }
    EXPECT_GT(failed, 0) << kind.name;
    EXPECT_NE(values(net, optimizer), before) << kind.name;
  }
}

TEST(Kinds, ARateThatIsNoNumberIsRefused) {
  for (const Kind& kind : kinds()) {
    if (std::string(kind.name) == "Rprop") continue;  // has no rate after the first step
    Net net;
    AnyOptimizer optimizer = kind.make(net.model.parameters());
    optimizer->set_lr(NAN);
    EXPECT_THROW(net.step(optimizer), ValueError) << kind.name;
    optimizer->set_lr(0.1);
    optimizer->zero_grad();
    net.step(optimizer);
  }
}

TEST(Groups, BelongToOneOptimizerAndSaveTheirState) {
  seed(3);
  Net net;
  optim::Adam optimizer(net.model.parameters(), {.lr = 0.1});
  EXPECT_THROW(optimizer.add_group({.parameters = net.model.parameters()}), StateError);
  Parameter extra(array({1.0})), other(array({1.0}));
  optimizer.add_group({.parameters = {extra}, .lr_scale = 0});
  optimizer.add_group({.parameters = {other}, .lr = 0.5});
  (Array(extra) * Array(other)).backward();
  optimizer.step();
  EXPECT_EQ(extra.value().item(), 1);
  EXPECT_NEAR(other.value().item(), 0.5, 1e-6);
  EXPECT_THROW(optimizer.add_group({.parameters = {Parameter()}}), StateError);
  EXPECT_THROW(optimizer.add_group({.parameters = {}, .weight_decay = -1}), ValueError);
}

}  // namespace
}  // namespace lamina

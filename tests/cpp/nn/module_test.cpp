// What a module is: names, state, copies, moves, errors.
#include "lamina/nn/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"
#include "lamina/exec/explain.h"
#include "lamina/nn/modules.h"
#include "lamina/nn/summary.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/random.h"
#include "lamina/ops/reduction.h"

namespace lamina {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Block : nn::Module {
  explicit Block(int channels) : channels(channels) {}
  int channels;
  nn::Conv2d& conv1 =
      add("conv1", nn::Conv2d(channels, channels, 3, {.padding = 1, .bias = false}));
  nn::BatchNorm2d& bn1 = add("bn1", nn::BatchNorm2d(channels));
  Array forward(Array x) override { return relu(x + bn1(conv1(x))); }
  std::unique_ptr<Module> fresh() const override { return std::make_unique<Block>(channels); }
};

std::vector<std::string> keys(const nn::Module& module) {
  std::vector<std::string> names;
  for (auto& [name, value] : module.state_dict()) names.push_back(name);
  return names;
}

std::vector<float> values(const Array& x) { return x.to_vector<float>(); }

template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  } catch (const Error& e) {
    return text("another error: ", e.what());
  }
  return "no error";
}

TEST(Module, StateHasPyTorchsKeysInItsOrder) {
  nn::Sequential model{Block(4), nn::Flatten(), nn::Linear(16, 3)};
  EXPECT_THAT(keys(model),
              ElementsAre("0.conv1.weight", "0.bn1.weight", "0.bn1.bias", "0.bn1.running_mean",
                          "0.bn1.running_var", "0.bn1.num_batches_tracked", "2.weight", "2.bias"));
  EXPECT_EQ(model.named_parameters()[0].second->name, "0.conv1.weight");
  EXPECT_EQ(model.parameters().size(), 5u);
  EXPECT_EQ(model.parameter_count(), 4 * 4 * 9 + 8 + 51);
  EXPECT_EQ(dynamic_cast<Block&>(model[0]).conv1.path(), "0.conv1");
}

TEST(Module, ReferencesToChildrenSurviveMoves) {
  Block block(2);
  nn::Conv2d* conv = &block.conv1;
  Block moved(std::move(block));
  EXPECT_EQ(&moved.conv1, conv);
  nn::Sequential model{std::move(moved)};
  EXPECT_EQ(&dynamic_cast<Block&>(model[0]).conv1, conv);
  EXPECT_EQ(model(zeros({1, 2, 3, 3})).shape(), Shape({1, 2, 3, 3}));
}

TEST(Module, ALoneSequentialNests) {
  nn::Sequential outer{nn::Sequential{nn::ReLU(), nn::ReLU()}};
  ASSERT_EQ(outer.size(), 1u);
  EXPECT_EQ(dynamic_cast<nn::Sequential&>(outer[0]).size(), 2u);
  nn::Sequential moved(std::move(outer));
  EXPECT_EQ(dynamic_cast<nn::Sequential&>(moved[0]).size(), 2u);
}

TEST(Module, CloneSharesNothing) {
  nn::Sequential model{Block(2), nn::Dropout(0.3), nn::Flatten(), nn::Linear(8, 3)};
  model[1].eval();
  model[3].requires_grad(false);
  auto state = default_generator().state();
  nn::Sequential copy = clone(model);
  EXPECT_EQ(default_generator().state().counter, state.counter) << "a clone draws nothing";
  EXPECT_EQ(keys(copy), keys(model));
  EXPECT_FALSE(copy[1].training());
  EXPECT_TRUE(copy[0].training());
  EXPECT_FALSE(copy.named_parameters().back().second->trainable());
  EXPECT_EQ(copy.named_buffers().size(), model.named_buffers().size()) << "frozen is no buffer";
  Array x = random_normal({2, 2, 2, 2});
  EXPECT_EQ(values(copy.eval()(x)), values(model.eval()(x)));
  Parameter weight = copy.parameters()[0];
  std::vector<float> before = values(model.parameters()[0].value());
  weight->set_value(weight.value() * 2);
  EXPECT_EQ(values(model.parameters()[0].value()), before);
}

TEST(Module, CloneNeedsFresh) {
  struct Plain : nn::Module {
    Array forward(Array x) override { return x; }
  };
  EXPECT_THAT(message_of<StateError>([] { Plain().clone(); }),
              HasSubstr("override fresh() in Plain"));
}

TEST(Module, LoadSaysAllThatDoesNotFitAndLoadsNothing) {
  nn::Sequential model{nn::Linear(2, 3), nn::Linear(3, 1)};
  std::vector<float> before = values(model.parameters()[0].value());
  nn::StateDict state = model.state_dict();
  state[0].second = ones({3, 2});
  state[1].second = zeros({4});
  state[2].first = "head.weight";
  std::string message = message_of<KeyError>([&] { model.load_state_dict(state); });
  EXPECT_THAT(message, HasSubstr("missing    1.weight"));
  EXPECT_THAT(message, HasSubstr("unexpected head.weight"));
  EXPECT_THAT(message, HasSubstr("shapes     0.bias [4] for [3]"));
  EXPECT_EQ(values(model.parameters()[0].value()), before);

  state[1].second = zeros({3});
  model.load_state_dict(state, {.strict = false});
  EXPECT_EQ(values(model.parameters()[0].value()), std::vector<float>(6, 1.f));
}

TEST(Module, ErrorsSayWhere) {
  nn::Sequential model{nn::Flatten(), nn::ReLU(), nn::Linear(512, 10)};
  struct Net : nn::Module {
    explicit Net(nn::Sequential s) : classifier(add("classifier", std::move(s))) {}
    nn::Sequential& classifier;
    Array forward(Array x) override { return classifier(std::move(x)); }
  };
  Net net(std::move(model));
  std::string message = message_of<ShapeError>([&] { net(zeros({64, 16, 4, 4})); });
  EXPECT_EQ(
      message,
      "in classifier.2 (Linear 512 -> 10): expected 512 input features on axis -1, got 256\n"
      "  input      float32 [64, 256]  from classifier.1 (ReLU)\n"
      "  weight     float32 [10, 512]\n"
      "  help       Linear(256, 10), or check the Flatten before it: its input is [64, 16, 4, 4] "
      "= 256 features");
  message = message_of<ShapeError>([] { nn::Conv2d(128, 32, 3)(zeros({16, 64, 8, 8})); });
  EXPECT_THAT(message, HasSubstr("in Conv2d 128 -> 32: expected 128 input channels, got 64"));
  EXPECT_EQ(recording().origin, nullptr) << "an error leaves the module";
}

TEST(Module, KeepsNoHandleOfWhatPassesThrough) {
  nn::Sequential model{nn::Linear(4, 4), nn::ReLU(), nn::Linear(4, 2)};
  Array y = model(ones({3, 4}));
  NoGrad no_grad;
  Array z = sum(model(ones({3, 4})));
  EXPECT_THAT(explain(z), HasSubstr(", 1 output\n"));
}

TEST(Module, ModesReachAllBelow) {
  nn::Sequential model{nn::Dropout(0.5), nn::Sequential{nn::BatchNorm1d(2)}};
  model.eval();
  EXPECT_FALSE(model[1].children()[0].second->training());
  Array x = ones({2, 2});
  EXPECT_EQ(values(model[0](x)), values(x));
  model.train();
  EXPECT_TRUE(model[1].children()[0].second->training());
}

TEST(Module, PrintsNested) {
  nn::Sequential model{nn::Linear(4, 2), nn::Sequential{nn::ReLU()}};
  EXPECT_EQ(
      to_string(model),
      "Sequential(\n  (0): Linear(in_features=4, out_features=2, bias=true)\n  (1): Sequential(\n"
      "    (0): ReLU()\n  )\n)");
}

TEST(Module, SummaryChangesNothing) {
  nn::Sequential model{nn::Conv2d(1, 4, 3, {.padding = 1}),
                       nn::BatchNorm2d(4),
                       nn::ReLU(),
                       nn::MaxPool2d(2),
                       nn::Flatten(),
                       nn::Linear(64, 10)};
  std::string table = nn::summary(model, {2, 1, 8, 8});
  EXPECT_THAT(table, HasSubstr("Conv2d 1 -> 4"));
  EXPECT_THAT(table, HasSubstr("[2, 4, 8, 8]"));
  EXPECT_THAT(table, HasSubstr("650"));
  EXPECT_TRUE(model[1].training());
  EXPECT_EQ(model.state_dict()[6].second.item<int64_t>(), 0) << "num_batches_tracked";
}

TEST(Module, BadNamesAreRefused) {
  nn::Sequential model{nn::ReLU()};
  EXPECT_THAT(message_of<ValueError>([&] { model.add("0", nn::ReLU()); }), HasSubstr("already"));
  EXPECT_THAT(message_of<ValueError>([&] { model.add("a.b", nn::ReLU()); }), HasSubstr("dot"));
}

}  // namespace
}  // namespace lamina

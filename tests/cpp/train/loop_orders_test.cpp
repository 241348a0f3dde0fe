// Orders in which losses are read, and several losses in one step: all give the losses of the plain
// loop, and none makes a new program after its second epoch.
#include "lamina/autograd/vjp.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/profile.h"
#include "lamina/models/densenet.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"
#include "lamina/optim/optimizers.h"
#include "tests/cpp/train/loops.h"

namespace lamina {
namespace {

using Losses = std::vector<float>;

void expect_same(const Losses& got, const Losses& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], expected[i], 2e-5f * std::abs(expected[i]) + 1e-6f) << "step " << i + 1;
  }
}

// The plain loop with hooks around its backward pass; returns the losses, read at the very end of
// each epoch unless `when` has read them.
Losses trained(std::function<void(Array&)> before, std::function<void(Array&)> after) {
  auto data = examples(320);
  auto model = plain();
  optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  std::vector<Array> kept;
  Losses losses;
  auto keep = [&](Array& loss) {
    if (after) after(loss);
    kept.push_back(loss);
  };
  auto epoch = loop(model, optimizer, data, std::move(before), keep);
  expect_stable([&] {
    epoch();
    for (const Array& loss : kept) losses.push_back(loss.item<float>());
    kept.clear();
  });
  return losses;
}

TEST(LoopOrders, TheLossReadBeforeBackward) {
  expect_same(trained([](Array& loss) { loss.item(); }, {}), trained({}, {}));
}

// Until the step's program is compiled a read costs a forward pass; then it begins the step.
TEST(LoopOrders, ALossReadAgainIsNotComputedTwice) {
  auto data = examples();
  auto model = plain();
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  auto step = [&](bool trains) {
    for (auto [x, y] : data::DataLoader(data, {.batch_size = 16, .shuffle = true, .seed = 0})) {
      Array loss = nn::cross_entropy(model(x), y);
      const auto before = loss.item<float>();
      if (!trains) continue;
      loss.backward();
      optimizer.step();
      EXPECT_EQ(loss.item<float>(), before);
    }
  };
  auto early_reads = [&](bool trains) {
    const int64_t before = execution_counters().early_reads;
    step(trains);
    return execution_counters().early_reads - before;
  };
  EXPECT_GT(early_reads(true), 0);
  early_reads(true);  // the last batch is smaller: once an epoch
  EXPECT_EQ(early_reads(true), 0);
  EXPECT_EQ(early_reads(false), 0);  // reads, and no backward: no step is begun any more
  EXPECT_EQ(early_reads(true), 1);
  EXPECT_EQ(early_reads(true), 0);
}

// Losses and everything that a model has learned after a few steps, as bits.
std::vector<float> bits_of_training(const std::function<void(int, Array&)>& before,
                                    const std::function<void(int, Array&)>& after) {
  seed(3);
  models::DenseNet model(4, {2, 2}, {.num_classes = 4, .in_channels = 1, .small_images = true});
  optim::SGD optimizer(model.parameters(), {.lr = 0.05, .momentum = 0.9});
  const Array x = random_normal({8, 1, 8, 8}).eval(), y = random_integers({8}, 0, 4).eval();
  std::vector<Array> losses;
  for (int step = 0; step < 12; ++step) {
    Array loss = nn::cross_entropy(model(x), y);
    before(step, loss);
    loss.backward();
    optimizer.step();
    after(step, loss);
    losses.push_back(loss);
  }
  std::vector<float> bits;
  auto add = [&](const Array& a) {
    for (float value : a.to_vector<float>()) bits.push_back(value);
  };
  for (const Array& loss : losses) add(loss);
  for (const auto& [name, value] : model.state_dict()) add(value);
  return bits;
}

// A read before backward must not leave a trace: the step that follows is the program that an
// unread loss has. Concatenations and batch norm are where a program of the loss alone rounds otherwise.
TEST(LoopOrders, WhenALossIsReadChangesNoBit) {
  const auto nothing = [](int, Array&) {};
  const auto read = [](int, Array& loss) { loss.item(); };
  const auto tenth = [](int step, Array& loss) {
    if (step % 10 == 0) loss.item();
  };
  for (const bool deterministic : {false, true}) {
    set_deterministic(deterministic);
    const std::vector<float> never = bits_of_training(nothing, nothing);
    EXPECT_EQ(bits_of_training(nothing, read), never);
    EXPECT_EQ(bits_of_training(nothing, tenth), never);
    EXPECT_EQ(bits_of_training(tenth, nothing), never);
    EXPECT_EQ(bits_of_training(read, nothing), never);
  }
  set_deterministic(false);
}

// The number that a begun step gives is the one that the finished step has, once the step is compiled; the
// first reads are programs of their own.
TEST(LoopOrders, WhatIsReadEarlyIsWhatTheStepComputes) {
  std::vector<float> early, late;
  bits_of_training(
      [&](int step, Array& loss) {
        const float value = loss.item<float>();
        if (step >= 5) early.push_back(value);
      },
      [&](int step, Array& loss) {
        if (step >= 5) late.push_back(loss.item<float>());
      });
  EXPECT_EQ(early, late);
}

// Between read and step anything may happen: another batch, other weights, or no step at all.
TEST(LoopOrders, ABegunStepThatDoesNotFollowIsForgotten) {
  const auto trained = [](bool disturbed) {
    auto data = examples(320);
    auto model = plain();
    optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
    Losses losses;
    int count = 0;
    for (int epoch = 0; epoch < 3; ++epoch) {
      for (auto [x, y] : data::DataLoader(data, {.batch_size = 16, .shuffle = true, .seed = 0})) {
        Array loss = nn::cross_entropy(model(x), y);
        if (disturbed) {
          loss.item();
          if (++count % 4 == 1) nn::cross_entropy(model(x * 2.0), y).item();
          if (count % 4 == 2) nn::cross_entropy(model(x), y).item();
          if (count % 4 == 3) mean(x).item();
        }
        loss.backward();
        optimizer.step();
        losses.push_back(loss.item<float>());
      }
    }
    return losses;
  };
  EXPECT_EQ(trained(true), trained(false));
}

// A label out of range is found by the read, which changes nothing.
TEST(LoopOrders, ABadLabelIsFoundByTheReadOfABegunStep) {
  auto data = examples(64);
  auto model = plain();
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  const Array x = random_normal({16, 8}).eval();
  const Array good = random_integers({16}, 0, 4).eval(), bad = (good + 3).eval();
  auto step = [&](const Array& labels) {
    Array loss = nn::cross_entropy(model(x), labels);
    loss.item();
    loss.backward();
    optimizer.step();
    return loss.item<float>();
  };
  for (int k = 0; k < 4; ++k) step(good);
  const auto before = model.parameters()[0].value().to_vector<float>();
  EXPECT_THROW(step(bad), IndexError);
  EXPECT_EQ(model.parameters()[0].value().to_vector<float>(), before);
  const float next = step(good);
  EXPECT_TRUE(std::isfinite(next));
}

TEST(LoopOrders, TheLossReadAfterTheStep) {
  expect_same(trained({}, [](Array& loss) { loss.item(); }), trained({}, {}));
}

TEST(LoopOrders, TheLossReadInEveryTenthStep) {
  int step = 0;
  const Losses before = trained(
      [&](Array& loss) {
        if (step++ % 10 == 0) loss.item();
      },
      {});
  step = 0;
  const Losses after = trained({}, [&](Array& loss) {
    if (step++ % 10 == 0) loss.item();
  });
  const Losses never = trained({}, {});
  expect_same(before, never);
  expect_same(after, never);
}

// A generator and a discriminator, each with an optimizer of its own.
Losses adversaries(bool read_at_once) {
  seed(3);
  nn::Sequential generator{nn::Linear(4, 16), nn::ReLU(), nn::Linear(16, 8)};
  nn::Sequential judge{nn::Linear(8, 16), nn::ReLU(), nn::Linear(16, 1)};
  optim::Adam of_generator(generator.parameters(), {.lr = 0.01});
  optim::Adam of_judge(judge.parameters(), {.lr = 0.01});
  const Array real = random_normal({64, 8}).eval();
  std::vector<Array> kept;
  Losses losses;
  auto note = [&](const Array& loss) {
    if (read_at_once) loss.item();
    kept.push_back(loss);
  };
  expect_stable([&] {
    for (int step = 0; step < 4; ++step) {
      Array fake = generator(random_normal({64, 4}));
      Array judged = mean(softplus(-judge(real))) + mean(softplus(judge(stop_gradient(fake))));
      judged.backward();
      of_judge.step();
      note(judged);
      judge.zero_grad();
      Array fooled = mean(softplus(-judge(fake)));
      fooled.backward();
      of_generator.step();
      judge.zero_grad();  // it got gradients too, and no step
      note(fooled);
    }
    for (const Array& loss : kept) losses.push_back(loss.item<float>());
    kept.clear();
  });
  return losses;
}

TEST(LoopOrders, AdversariesWithTwoOptimizers) {
  expect_same(adversaries(true), adversaries(false));
}

// Two losses over one graph: backward of each, or of their sum.
Losses two_losses(bool apart) {
  auto data = examples();
  auto model = plain();
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  Losses losses;
  expect_stable([&] {
    for (auto [x, y] : data::DataLoader(data, {.batch_size = 16, .shuffle = true, .seed = 0})) {
      Array logits = model(x);
      Array loss = nn::cross_entropy(logits, y);
      Array size = mean(square(std::move(logits))) * 0.01;
      if (apart) {
        loss.backward(/*retain_graph=*/true);
        size.backward();
      } else {
        (loss + size).backward();
      }
      optimizer.step();
      losses.push_back(loss.item<float>());
      losses.push_back(size.item<float>());
    }
  });
  return losses;
}

TEST(LoopOrders, TwoLossesOfOneGraph) { expect_same(two_losses(true), two_losses(false)); }

}  // namespace
}  // namespace lamina

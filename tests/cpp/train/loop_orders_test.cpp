// Orders in which losses are read, and several losses in one step: all give the losses of the plain
// loop, and none makes a new program after its second epoch.
#include "lamina/autograd/vjp.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/profile.h"
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

// The first read costs a forward pass; later ones keep what backward begins from.
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
  early_reads(true);
  EXPECT_EQ(early_reads(true), 0);
  EXPECT_EQ(early_reads(false), 0);  // reads, and no backward: nothing is kept any more
  EXPECT_EQ(early_reads(true), 1);
  EXPECT_EQ(early_reads(true), 0);
  set_deterministic(true);
  EXPECT_GT(early_reads(true), 1);
  set_deterministic(false);
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

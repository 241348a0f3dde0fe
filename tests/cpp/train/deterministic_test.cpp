// set_deterministic: the same bits with one thread and with several, in tier 0 and tier 1.
#include <gtest/gtest.h>

#include "lamina/base/parallel_for.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/profile.h"
#include "lamina/nn/modules.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/random.h"
#include "lamina/optim/optimizers.h"

namespace lamina {
namespace {

// Three steps of a convolution net; all its parameters afterwards. The first step of a structure may
// run in tier 0; later ones are compiled.
std::vector<float> trained(int threads) {
  const int before = thread_count();
  set_thread_count(threads);
  seed(3);
  nn::Sequential model{nn::Conv2d(3, 16, 3, {.padding = 1}),
                       nn::BatchNorm2d(16),
                       nn::ReLU(),
                       nn::MaxPool2d(2),
                       nn::Flatten(),
                       nn::Linear(1024, 200),
                       nn::Tanh(),
                       nn::Linear(200, 10)};
  optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  for (int step = 0; step < 3; ++step) {
    Array x = random_normal({32, 3, 16, 16});
    Array labels = random_integers({32}, 0, 10);
    nn::cross_entropy(model(x), labels).backward();
    optimizer.step();
  }
  std::vector<float> bits;
  for (auto& parameter : model.parameters()) {
    const std::vector<float> values = parameter.value().to_vector<float>();
    bits.insert(bits.end(), values.begin(), values.end());
  }
  set_thread_count(before);
  return bits;
}

TEST(Deterministic, BitsDoNotDependOnThreads) {
  set_deterministic(true);
  const std::vector<float> one = trained(1), two = trained(2), three = trained(3);
  set_deterministic(false);
  EXPECT_EQ(one, two);
  EXPECT_EQ(one, three);
}

// Bands of rows where a picture is alone, parts of the batch else; pictures of one pixel.
TEST(Deterministic, APictureHasTheSameBitsAloneAndInABatch) {
  const int before = thread_count();
  set_deterministic(true);
  struct Case {
    int64_t channels, side, window, stride, padding;
  };
  for (const Case& c : {Case{32, 28, 3, 1, 1}, Case{24, 30, 5, 2, 1}, Case{160, 7, 7, 1, 0}}) {
    seed(1);
    nn::Conv2d layer(c.channels, 64, c.window, {.stride = c.stride, .padding = c.padding});
    Array x = random_normal({6, c.channels, c.side, c.side}).eval();
    set_thread_count(2);
    const std::vector<float> all = layer(x).to_vector<float>();
    for (int threads : {1, 2, 3}) {
      set_thread_count(threads);
      for (int64_t count : {1, 2, 5, 6}) {
        const auto some = layer(slice(x, {0}, {count}).eval()).to_vector<float>();
        EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin()))
            << count << " pictures of " << c.side << ", " << threads << " threads";
      }
    }
  }
  set_deterministic(false);
  set_thread_count(before);
}

// Sums of more than 8,192 terms are made in parts otherwise, where there are few rows.
TEST(Deterministic, ARowOfALongProductDoesNotDependOnTheOthers) {
  set_deterministic(true);
  Array x = random_normal({300, 20000}).eval(), w = random_normal({20000, 256}).eval();
  const std::vector<float> all = matmul(x, w).to_vector<float>();
  for (int64_t count : {1, 3, 40}) {
    const auto some = matmul(slice(x, {0}, {count}).eval(), w).to_vector<float>();
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << count << " rows";
  }
  set_deterministic(false);
}

TEST(Deterministic, IsPartOfTheKey) {
  Array x = random_normal({64, 64}).eval();
  auto product = [&] { return matmul(x, x).to_vector<float>(); };
  product();
  const int64_t programs = execution_counters().new_programs;
  product();
  EXPECT_EQ(execution_counters().new_programs, programs);
  set_deterministic(true);
  product();
  set_deterministic(false);
  EXPECT_EQ(execution_counters().new_programs, programs + 1);
}

}  // namespace
}  // namespace lamina

// set_deterministic: the same bits with one thread and with several, in tier 0 and tier 1.
#include <gtest/gtest.h>

#include "lamina/base/parallel_for.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/profile.h"
#include "lamina/nn/modules.h"
#include "lamina/ops/linear.h"
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
  nn::Sequential model{nn::Conv2d(3, 16, 3, {.padding = 1}), nn::BatchNorm2d(16), nn::ReLU(),
                       nn::MaxPool2d(2),                     nn::Flatten(),       nn::Linear(1024, 200),
                       nn::Tanh(),                           nn::Linear(200, 10)};
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

#include "lamina/ops/normalization.h"
#include "lamina/base/error.h"
#include "lamina/ops/movement.h"
#include "ops/differences.h"

namespace lamina::differences {
namespace {

TEST(ChannelMoments, AreMeanAndVariance) {
  const Array x = random_array({2, 3, 4, 5}, 1);
  auto [mean_of_x, var_of_x] = channel_moments(x);
  const auto values = x.to_vector<double>();
  for (int c = 0; c < 3; ++c) {
    double total = 0, squares = 0;
    for (int i = 0; i < 40; ++i) total += values[(i / 20 * 3 + c) * 20 + i % 20];
    for (int i = 0; i < 40; ++i)
      squares += std::pow(values[(i / 20 * 3 + c) * 20 + i % 20] - total / 40, 2);
    EXPECT_NEAR(mean_of_x.to_vector<double>()[c], total / 40, 1e-12);
    EXPECT_NEAR(var_of_x.to_vector<double>()[c], squares / 40, 1e-12);
  }
}

TEST(ChannelMoments, LargeMeansLoseNothing) {
  const Array x = expand_dims(array({10000, 10001, 10002}), 1);
  expect_values(channel_moments(x).var, {2.0 / 3}, 1e-6);
}

TEST(ChannelMoments, Gradients) {
  Function f = [](const std::vector<Array>& x) {
    Moments m = channel_moments(x[0]);
    return m.mean * m.var;
  };
  expect_gradients(f, {random_array({3, 2, 2}, 1)});
  expect_gradients([](const std::vector<Array>& x) { return channel_moments(x[0]).mean; },
                   {random_array({3, 2}, 1)});
}

Function kTraining = [](const std::vector<Array>& x) {
  return batch_norm(x[0], channel_moments(x[0]), x[1], x[2]);
};

TEST(BatchNorm, HasMeanZeroAndVarianceOne) {
  const Array x = random_array({8, 3, 4}, 1) * 3.0 + 5.0;
  auto [m, v] = channel_moments(batch_norm(x, channel_moments(x), {}, {}));
  expect_values(m, {0, 0, 0}, 1e-9);
  expect_values(v, {1, 1, 1}, 1e-5);
}

TEST(BatchNorm, Gradients) {
  expect_gradients(kTraining,
                   {random_array({3, 2, 2}, 1), random_array({2}, 2), random_array({2}, 3)});
  Function inference = [](const std::vector<Array>& x) {
    return batch_norm(x[0], {x[1], square(x[2])}, x[3], x[4]);
  };
  expect_gradients(inference,
                   {random_array({2, 2}, 1), random_array({2}, 2), random_array({2}, 3) + 4.0,
                    random_array({2}, 4), random_array({2}, 5)});
}

TEST(BatchNorm, IsTheKnownFormula) {
  // dx = w / (n std) (n g - sum(g) - xhat sum(g xhat))
  const Array x = random_array({6, 1}, 1), w = array({1.5}, float64), b = array({0.5}, float64);
  const Array g = random_array({6, 1}, 2);
  auto loss = [&](const Array& a) { return sum(g * kTraining({a, w, b})); };
  const Array xhat = batch_norm(x, channel_moments(x), {}, {});
  const Array std = sqrt(channel_moments(x).var + 1e-5);
  const Array expected = w / (6.0 * std) * (6.0 * g - sum(g) - xhat * sum(g * xhat));
  expect_values(grad(loss)(x), expected.to_vector<double>(), 1e-9);
}

TEST(BatchNorm, Messages) {
  const Array x = zeros({2, 3, 4}), good = zeros({3}), bad = zeros({2});
  expect_error<ShapeError>([&] { batch_norm(x, {good, good}, bad, good); }, "expected weight [3]");
  expect_error<ShapeError>([&] { batch_norm(x, {bad, good}, good, good); }, "expected mean [3]");
  expect_error<ShapeError>([&] { channel_moments(zeros({3})); }, "expected x [N, C, ..]");
}

TEST(LayerNorm, Gradients) {
  Function f = [](const std::vector<Array>& x) { return layer_norm(x[0], x[1], x[2]); };
  expect_gradients(f, {random_array({2, 3}, 1), random_array({3}, 2), random_array({3}, 3)});
  expect_error<ShapeError>(
      [] {
        layer_norm(zeros({2, 3}), zeros({2}), {});
      },
      "expected weight [3]");
}

}  // namespace
}  // namespace lamina::differences

#include "lamina/ops/pooling.h"
#include "lamina/base/error.h"
#include "ops/differences.h"

namespace lamina::differences {
namespace {

TEST(MaxPool, TakesTheLargest) {
  const Array x = array({{{1, 3, 2, 0, 5}}});
  expect_values(max_pool1d(x, 2), {3, 2});
  expect_values(max_pool1d(x, 2, {.stride = 1}), {3, 3, 2, 5});
  expect_values(max_pool1d(-x, 3, {.stride = 2, .padding = 1}),
                {-1, 0, 0});  // padding is never the maximum
  expect_values(max_pool1d(astype(x, int32), 2), {3, 2});
}

TEST(MaxPool, KeepsNaN) {
  const double nan = std::nan("");
  for (DType dtype : {float32, float16, float64}) {
    expect_values(max_pool1d(array({{{1, nan, 2, 0}}}, dtype), 2), {nan, 2});
  }
}

TEST(MaxPool, GradientGoesToTheFirstMaximum) {
  for (DType dtype : {float32, float64}) {
    auto loss = [](const Array& x) { return sum(max_pool1d(x, 2)); };
    expect_values(grad(loss)(array({{{2, 2, 1, 3}}}, dtype)), {1, 0, 0, 1});
  }
}

TEST(MaxPool, Gradients) {
  Function plain = [](const std::vector<Array>& x) { return max_pool2d(x[0], 2); };
  expect_gradients(plain, {separated_array({1, 2, 4, 4}, 1)});
  Function overlapping = [](const std::vector<Array>& x) {
    return max_pool2d(square(x[0]), {3, 2}, {.stride = {2, 1}, .padding = 1});
  };
  expect_gradients(overlapping, {separated_array({1, 1, 5, 4}, 3) + 2.05});
  Function three = [](const std::vector<Array>& x) { return max_pool3d(x[0], 2, {.stride = 1}); };
  expect_gradients(three, {separated_array({1, 1, 3, 3, 3}, 2)});
}

TEST(AveragePool, CountsPaddingOrNot) {
  const Array x = array({{{1, 3, 2, 0}}});
  expect_values(avg_pool1d(x, 2), {2, 1});
  expect_values(avg_pool1d(x, 2, {.padding = 1}), {0.5, 2.5, 0});
  expect_values(avg_pool1d(x, 2, {.padding = 1, .count_padding = false}), {1, 2.5, 0});
  EXPECT_EQ(avg_pool1d(astype(x, int32), 2).dtype(), float32);
}

TEST(AveragePool, Gradients) {
  for (bool count_padding : {true, false}) {
    Function f = [&](const std::vector<Array>& x) {
      return avg_pool2d(square(x[0]), {3, 2},
                        {.stride = {2, 1}, .padding = 1, .count_padding = count_padding});
    };
    expect_gradients(f, {random_array({1, 2, 5, 4}, 1)});
  }
}

TEST(AveragePool, Adaptive) {
  const Array x = random_array({2, 3, 4, 6}, 1);
  expect_values(adaptive_avg_pool2d(x, 1), mean(x, {.axis = {2, 3}}).to_vector<double>());
  EXPECT_EQ(adaptive_avg_pool2d(x, 1).shape(), Shape({2, 3, 1, 1}));
  expect_values(adaptive_avg_pool2d(x, {2, 3}), avg_pool2d(x, 2).to_vector<double>());
  // Rows 0-1, 1-2, 2-3: sizes that do not divide give windows that overlap.
  expect_values(adaptive_avg_pool2d(x, 3),
                avg_pool2d(x, 2, {.stride = {1, 2}}).to_vector<double>());
  expect_error<ValueError>([&] { adaptive_avg_pool2d(x, 0); }, "size must be 1 or more");
}

TEST(Pooling, Messages) {
  const Array x = zeros({2, 3, 5, 5});
  expect_error<ShapeError>([&] { max_pool1d(x, 2); },
                           "max_pool1d: expected x [N, C, spatial..] of 3 axes");
  expect_error<ShapeError>([&] { max_pool2d(x, 6); }, "the window does not fit on axis 2");
  expect_error<ValueError>([&] { max_pool2d(x, 2, {.padding = 2}); }, "less than the window of 2");
  expect_error<ValueError>([&] { avg_pool2d(x, 0); }, "avg_pool2d: window must be 1 or more");
  expect_error<ValueError>([&] { avg_pool2d(x, {2, 2, 2}); }, "one for each of the 2 spatial axes");
}

}  // namespace
}  // namespace lamina::differences

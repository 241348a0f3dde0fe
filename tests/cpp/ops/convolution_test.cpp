#include "lamina/ops/convolution.h"
#include "lamina/base/error.h"
#include "ops/differences.h"

namespace lamina::differences {
namespace {

struct Case {
  Shape x, weight;
  IntList stride, low, high, dilation;
  int64_t groups = 1;
};

// The definition, written for one batch entry and two axes, with nothing shared with the library.
std::vector<double> plain_conv2d(const Case& c, const std::vector<double>& x,
                                 const std::vector<double>& w, const std::vector<double>& bias) {
  std::vector<double> y;
  const int64_t C = c.x[1], H = c.x[2], W = c.x[3], O = c.weight[0], I = c.weight[1],
                K = c.weight[2], L = c.weight[3];
  const int64_t P = (H + c.low[0] + c.high[0] - (K - 1) * c.dilation[0] - 1) / c.stride[0] + 1;
  const int64_t Q = (W + c.low[1] + c.high[1] - (L - 1) * c.dilation[1] - 1) / c.stride[1] + 1;
  for (int64_t n = 0; n < c.x[0]; ++n)
    for (int64_t o = 0; o < O; ++o)
      for (int64_t p = 0; p < P; ++p)
        for (int64_t q = 0; q < Q; ++q) {
          double total = bias.empty() ? 0 : bias[o];
          for (int64_t i = 0; i < I; ++i)
            for (int64_t k = 0; k < K; ++k)
              for (int64_t l = 0; l < L; ++l) {
                const int64_t row = p * c.stride[0] - c.low[0] + k * c.dilation[0];
                const int64_t column = q * c.stride[1] - c.low[1] + l * c.dilation[1];
                if (row < 0 || row >= H || column < 0 || column >= W) continue;
                const int64_t channel = o / (O / c.groups) * I + i;
                total += x[((n * C + channel) * H + row) * W + column] *
                         w[((o * I + i) * K + k) * L + l];
              }
          y.push_back(total);
        }
  return y;
}

const Case kCases[] = {
    {{2, 3, 5, 6}, {4, 3, 3, 2}, {1, 1}, {0, 0}, {0, 0}, {1, 1}, 1},
    {{2, 4, 7, 6}, {6, 2, 3, 2}, {2, 1}, {1, 0}, {0, 2}, {1, 2}, 2},
    {{1, 4, 5, 5}, {4, 1, 3, 3}, {1, 2}, {1, 1}, {1, 1}, {1, 1}, 4},
    {{1, 2, 6, 6},
     {2, 2, 2, 2},
     {3, 3},
     {0, 0},
     {0, 0},
     {1, 1},
     1},  // the last row and column are not reached
};

ConvOptions options_of(const Case& c) {
  IntList sides = c.low;
  for (int64_t high : c.high) sides.push_back(high);
  return {.stride = c.stride, .padding = sides, .dilation = c.dilation, .groups = c.groups};
}

TEST(Convolution, IsItsDefinition) {
  for (const Case& c : kCases) {
    for (DType dtype : {float32, float64}) {
      const Array x = random_array(c.x, 1, dtype), w = random_array(c.weight, 2, dtype);
      const Array b = random_array({c.weight[0]}, 3, dtype);
      const double bound = dtype == float32 ? 1e-5 : 1e-12;
      const auto xs = x.to_vector<double>(), ws = w.to_vector<double>(), bs = b.to_vector<double>();
      expect_values(conv2d(x, w, options_of(c)), plain_conv2d(c, xs, ws, {}), bound);
      expect_values(conv2d(x, w, b, options_of(c)), plain_conv2d(c, xs, ws, bs), bound);
    }
  }
}

TEST(Convolution, Gradients) {
  for (Case c : kCases) {
    c.x[0] = 1;
    const ConvOptions options = options_of(c);
    Function f = [&](const std::vector<Array>& x) { return conv(x[0], x[1], x[2], options); };
    expect_gradients(
        f, {random_array(c.x, 1), random_array(c.weight, 2), random_array({c.weight[0]}, 3)});
  }
}

TEST(Convolution, GradientsInOneAndThreeAxes) {
  Function one = [](const std::vector<Array>& x) {
    return conv1d(x[0], x[1], {.stride = 2, .padding = 1});
  };
  expect_gradients(one, {random_array({2, 2, 6}, 1), random_array({3, 2, 3}, 2)});
  Function three = [](const std::vector<Array>& x) {
    return conv3d(x[0], x[1], {.padding = {0, 1, 0}});
  };
  expect_gradients(three, {random_array({1, 1, 3, 2, 3}, 1), random_array({1, 1, 2, 2, 2}, 2)});
}

TEST(Convolution, Float32GradientsAreThoseOfFloat64) {
  const Case& c = kCases[1];
  auto gradients_in = [&](DType dtype) {
    auto loss = [&](const std::vector<Array>& x) {
      return sum(square(conv2d(x[0], x[1], options_of(c))));
    };
    return value_and_grad_of(loss)({random_array(c.x, 1, dtype), random_array(c.weight, 2, dtype)})
        .second;
  };
  const auto exact = gradients_in(float64), single = gradients_in(float32);
  for (int k = 0; k < 2; ++k) expect_values(single[k], exact[k].to_vector<double>(), 2e-4);
}

TEST(Convolution, SamePadding) {
  for (int stride : {1, 2, 3}) {
    const ConvOptions options{.stride = stride, .padding = "same"};
    const Shape shape = conv2d(zeros({1, 1, 7, 8}), zeros({1, 1, 3, 4}), options).shape();
    EXPECT_EQ(shape, Shape({1, 1, (7 + stride - 1) / stride, (8 + stride - 1) / stride}));
  }
  // The odd element comes after: position 0 sees x[0] and x[1].
  const Array x = array({{{1, 2, 3}}}), w = array({{{1, 1}}});
  expect_values(conv1d(x, w, {.padding = "same"}), {3, 5, 3});
}

TEST(Convolution, EmptyBatch) {
  EXPECT_EQ(conv2d(zeros({0, 3, 5, 5}), zeros({4, 3, 3, 3})).shape(), Shape({0, 4, 3, 3}));
  EXPECT_TRUE(conv2d(zeros({0, 3, 5, 5}), zeros({4, 3, 3, 3})).to_vector<float>().empty());
}

TEST(Convolution, Messages) {
  const Array x = zeros({2, 3, 5, 5}), w = zeros({4, 3, 3, 3});
  expect_error<ShapeError>(
      [&] {
        conv2d(zeros({2, 4, 5, 5}), w);
      },
      "expected 3 input channels, got 4");
  expect_error<ShapeError>([&] { conv2d(x, w, {.groups = 2}); },
                           "expected 6 input channels, got 3");
  expect_error<ShapeError>([&] { conv2d(x, w, zeros({3})); }, "expected a bias [4], got [3]");
  expect_error<ShapeError>([&] { conv1d(x, w); }, "conv1d: expected x [N, C, spatial..] of 3 axes");
  expect_error<ShapeError>(
      [&] {
        conv2d(x, zeros({4, 3, 6, 3}));
      },
      "the window does not fit on axis 2");
  expect_error<ValueError>([&] { conv2d(x, w, {.stride = 0}); },
                           "conv2d: stride must be 1 or more");
  expect_error<ValueError>([&] { conv2d(x, w, {.padding = -1}); },
                           "conv2d: padding must be 0 or more");
  expect_error<ValueError>([&] { conv2d(x, w, {.padding = "full"}); }, "\"full\"");
  expect_error<ValueError>(
      [&] {
        conv2d(x, w, {.stride = {1, 1, 1}});
      },
      "one for each of the 2 spatial axes");
  expect_error<StateError>([&] { conv2d(x, Array()); }, "weight is an empty Array");
  const int64_t huge = int64_t{1} << 40;
  expect_error<ValueError>([&] { conv2d(x, w, {.dilation = IntList{huge, huge}}); }, "dilation");
}

}  // namespace
}  // namespace lamina::differences

#include "lamina/ops/convolution.h"

#include "backends/kernel_run.h"
#include "lamina/backends/cpu/instruction_set.h"
#include "lamina/backends/cpu/kernels.h"

namespace lamina::test {

namespace {

struct Case {
  Shape x, weight;
  IntList stride, low, high, dilation;
  int64_t groups = 1;

  std::string text() const {
    return "x " + list_text(x) + " weight " + list_text(weight) + " stride " + list_text(stride) +
           " padding " + list_text(low) + list_text(high) + " dilation " + list_text(dilation) +
           " groups " + std::to_string(groups);
  }
  Shape y() const {
    Shape shape{x[0], weight[0]};
    for (size_t i = 0; i < stride.size(); ++i) {
      const int64_t window = (weight[i + 2] - 1) * dilation[i] + 1;
      shape.push_back((x[i + 2] + low[i] + high[i] - window) / stride[i] + 1);
    }
    return shape;
  }
};

// Calls f(number in x, number in weight, number in y) for every product that the convolution sums.
template <class F>
void each_product(const Case& c, F&& f) {
  const Shape y = c.y();
  const Strides x_strides = row_major_strides(c.x), weight_strides = row_major_strides(c.weight);
  each_element(y, [&](const Shape& at, int64_t to) {
    const int64_t group = at[1] / (c.weight[0] / c.groups);
    Shape window(c.weight.begin() + 1, c.weight.end());
    each_element(window, [&](const Shape& k, int64_t) {
      int64_t from = at[0] * x_strides[0] + (group * c.weight[1] + k[0]) * x_strides[1];
      int64_t factor = at[1] * weight_strides[0] + k[0] * weight_strides[1];
      for (size_t i = 0; i < c.stride.size(); ++i) {
        const int64_t position = at[i + 2] * c.stride[i] - c.low[i] + k[i + 1] * c.dilation[i];
        if (position < 0 || position >= c.x[i + 2]) return;
        from += position * x_strides[i + 2];
        factor += k[i + 1] * weight_strides[i + 2];
      }
      f(from, factor, to);
    });
  });
}

void check(const Case& c, DType dtype, int threads) {
  const double bound = dtype == DType::BFloat16 ? 0.01 : 1e-5;
  const std::string what = c.text() + " threads " + std::to_string(threads);
  const Shape y_shape = c.y();
  const Values x = random_values(c.x, 1), weight = random_values(c.weight, 2);
  const Values cotangent = random_values(y_shape, 3), bias = random_values({c.weight[0]}, 4);

  Values y(y_shape.elements(), 0.0), with_bias = y, x_gradient(x.size()),
                                     weight_gradient(weight.size());
  each_product(c, [&](int64_t from, int64_t factor, int64_t to) {
    y[to] += x[from] * weight[factor];
    x_gradient[from] += cotangent[to] * weight[factor];
    weight_gradient[factor] += cotangent[to] * x[from];
  });
  each_element(y_shape, [&](const Shape& at, int64_t i) { with_bias[i] = y[i] + bias[at[1]]; });

  ConvolutionGradientAttributes attributes;
  attributes.stride = c.stride, attributes.dilation = c.dilation, attributes.groups = c.groups;
  attributes.padding_low = c.low, attributes.padding_high = c.high;
  KernelRequest request;
  request.attributes = static_cast<ConvolutionAttributes*>(&attributes);
  request.threads = threads;
  const Operand x_operand = row_major(c.x, dtype), weight_operand = row_major(c.weight, dtype);
  const Operand y_operand = row_major(y_shape, dtype);

  request.inputs = {x_operand, weight_operand};
  request.outputs = {y_operand};
  expect_close(run_kernel(backend::kernel_convolution_onednn, request, {x, weight}), y, bound,
               what);
  request.inputs.push_back(row_major({c.weight[0]}, dtype));
  expect_close(run_kernel(backend::kernel_convolution_onednn, request, {x, weight, bias}),
               with_bias, bound, what + " bias");

  request.attributes = &attributes;
  attributes.shape = IntList(c.x.begin(), c.x.end());
  request.inputs = {y_operand, weight_operand};
  request.outputs = {x_operand};
  expect_close(
      run_kernel(backend::kernel_convolution_input_gradient_onednn, request, {cotangent, weight}),
      x_gradient, bound, what + " input gradient");

  attributes.shape = IntList(c.weight.begin(), c.weight.end());
  request.inputs = {x_operand, y_operand};
  request.outputs = {weight_operand};
  expect_close(
      run_kernel(backend::kernel_convolution_weight_gradient_onednn, request, {x, cotangent}),
      weight_gradient, bound, what + " weight gradient");
}

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {{2, 3, 8, 9}, {4, 3, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
      {{2, 16, 7, 7}, {32, 16, 3, 3}, {2, 2}, {1, 0}, {0, 1}, {1, 1}},
      {{1, 1, 12, 12}, {6, 1, 5, 5}, {1, 1}, {2, 2}, {2, 2}, {1, 1}},
      {{3, 8, 10, 6}, {8, 1, 3, 3}, {1, 2}, {1, 1}, {1, 1}, {1, 1}, 8},
      {{2, 12, 6, 6}, {18, 4, 3, 2}, {1, 1}, {1, 0}, {1, 0}, {1, 1}, 3},
      {{2, 32, 9, 9}, {32, 16, 3, 3}, {1, 1}, {2, 2}, {2, 2}, {2, 2}, 2},
      {{2, 17, 5, 5}, {19, 17, 1, 1}, {1, 1}, {0, 0}, {0, 0}, {1, 1}},
      {{2, 16, 8, 8}, {16, 16, 1, 1}, {2, 2}, {0, 0}, {0, 0}, {1, 1}},
      {{2, 5, 20}, {7, 5, 3}, {2}, {0}, {2}, {3}},
      {{1, 16, 33}, {16, 1, 4}, {1}, {3}, {0}, {1}, 16},
      {{2, 3, 5, 6, 7}, {4, 3, 3, 2, 3}, {1, 2, 1}, {1, 0, 1}, {0, 1, 1}, {1, 1, 1}},
      {{1, 8, 4, 4, 4}, {8, 4, 2, 2, 2}, {2, 2, 2}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, 2},
      {{1, 2, 1, 1}, {3, 2, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
      {{1, 4, 3, 3}, {4, 4, 3, 3}, {1, 1}, {3, 3}, {3, 3}, {1, 1}},
      {{4, 64, 14, 14}, {64, 64, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
  };
  return list;
}

TEST(Convolution, AgreesWithSums) {
  for (const Case& c : cases()) {
    for (int threads : {1, 2}) check(c, DType::Float32, threads);
  }
}

TEST(Convolution, AgreesWithSumsInBFloat16) {
  if (!backend::takes_avx512()) GTEST_SKIP() << "oneDNN has no bfloat16 without AVX-512";
  for (const Case& c : cases()) check(c, DType::BFloat16, 2);
}

TEST(Convolution, RandomCases) {
  std::mt19937 random(7);
  const auto between = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % (high - low + 1));
  };
  for (int i = 0; i < 60; ++i) {
    const int axes = static_cast<int>(between(1, 3));
    Case c;
    c.groups = between(0, 2) == 0 ? between(2, 4) : 1;
    c.x = {between(1, 3), c.groups * between(1, 9)};
    c.weight = {c.groups * between(1, 9), c.x[1] / c.groups};
    for (int axis = 0; axis < axes; ++axis) {
      const int64_t kernel = between(1, 3), dilation = between(1, 2);
      c.weight.push_back(kernel);
      c.x.push_back((kernel - 1) * dilation + between(1, 5));
      c.stride.push_back(between(1, 2)), c.dilation.push_back(dilation);
      c.low.push_back(between(0, 2)), c.high.push_back(between(0, 2));
    }
    check(c, DType::Float32, 1 + i % 2);
  }
}

TEST(Convolution, TakesTransposedWeights) {
  KernelRequest request;
  ConvolutionAttributes attributes;
  attributes.stride = attributes.dilation = attributes.padding_low =
      attributes.padding_high = {1, 1};
  const Case c{{1, 5, 6, 6}, {7, 5, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
  request.attributes = &attributes;
  request.inputs = {row_major(c.x), row_major(c.weight)};
  request.inputs[1].strides = strides_in_order(c.weight, {2, 3, 1, 0});
  request.outputs = {row_major(c.y())};
  const Values x = random_values(c.x, 1), weight = random_values(c.weight, 2);
  Values y(c.y().elements(), 0.0);
  each_product(
      c, [&](int64_t from, int64_t factor, int64_t to) { y[to] += x[from] * weight[factor]; });
  expect_close(run_kernel(backend::kernel_convolution_onednn, request, {x, weight}), y, 1e-5,
               c.text());
}

std::string refusal(const Case& c, DType dtype) {
  ConvolutionAttributes attributes;
  attributes.stride = c.stride, attributes.dilation = c.dilation, attributes.groups = c.groups;
  attributes.padding_low = c.low, attributes.padding_high = c.high;
  KernelRequest request;
  request.attributes = &attributes;
  request.inputs = {row_major(c.x, dtype), row_major(c.weight, dtype)};
  request.outputs = {row_major(c.y(), dtype)};
  EXPECT_EQ(backend::kernel_convolution_onednn.rule(request), nullptr);
  return request.refusal;
}

TEST(Convolution, RefusesWithReasons) {
  const Case good{{1, 2, 4, 4}, {3, 2, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
  EXPECT_EQ(refusal(good, DType::Float64), "takes float32 and bfloat16, not float64");
  Case c = good;
  c.x[0] = 0;
  EXPECT_EQ(refusal(c, DType::Float32), "the input is empty");
  c = good, c.low = {-1, 0};
  EXPECT_EQ(refusal(c, DType::Float32), "takes no negative padding");
}

// Bit for bit the same for every number of threads when determinism is asked for.
TEST(Convolution, DeterministicWeightGradientIgnoresThreads) {
  const Case c{{4, 16, 20, 20}, {16, 16, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
  ConvolutionGradientAttributes attributes;
  attributes.stride = attributes.dilation = attributes.padding_low =
      attributes.padding_high = {1, 1};
  attributes.shape = IntList(c.weight.begin(), c.weight.end());
  KernelRequest request;
  request.attributes = &attributes;
  request.deterministic = true;
  request.inputs = {row_major(c.x), row_major(c.y())};
  request.outputs = {row_major(c.weight)};
  std::mt19937 random(3);
  Values x(c.x.elements()), g(c.y().elements());
  for (Values* values : {&x, &g}) {
    for (double& value : *values) value = static_cast<double>(random()) / 4e9;
  }
  const auto& entry = backend::kernel_convolution_weight_gradient_onednn;
  const Values one = run_kernel(entry, request, {x, g});
  request.threads = 2;
  EXPECT_EQ(run_kernel(entry, request, {x, g}), one);
}

}  // namespace

}  // namespace lamina::test

#include "lamina/ops/pooling.h"

#include <limits>

#include "backends/kernel_run.h"
#include "lamina/backends/cpu/instruction_set.h"
#include "lamina/backends/cpu/kernels.h"

namespace lamina::test {

namespace {

struct Case {
  Shape x;
  IntList window, stride, low, high;
  Shape y() const {
    Shape shape{x[0], x[1]};
    for (size_t i = 0; i < window.size(); ++i) {
      shape.push_back((x[i + 2] + low[i] + high[i] - window[i]) / stride[i] + 1);
    }
    return shape;
  }
  std::string text() const {
    return "x " + list_text(x) + " window " + list_text(window) + " stride " + list_text(stride) +
           " padding " + list_text(low) + list_text(high);
  }
};

// Calls f(number in y, numbers in x of its window in row-major order).
template <class F>
void each_window(const Case& c, F&& f) {
  const Strides strides = row_major_strides(c.x);
  each_element(c.y(), [&](const Shape& at, int64_t to) {
    std::vector<int64_t> inside;
    each_element(Shape(c.window.begin(), c.window.end()), [&](const Shape& k, int64_t) {
      int64_t from = at[0] * strides[0] + at[1] * strides[1];
      for (size_t i = 0; i < k.size(); ++i) {
        const int64_t position = at[i + 2] * c.stride[i] - c.low[i] + k[i];
        if (position < 0 || position >= c.x[i + 2]) return;
        from += position * strides[i + 2];
      }
      inside.push_back(from);
    });
    f(to, inside);
  });
}

// The first of the largest, where NaN is larger than all numbers.
int64_t place_of_maximum(const Values& x, const std::vector<int64_t>& window) {
  int64_t best = window.front();
  for (int64_t i : window) {
    if (x[i] > x[best] || (std::isnan(x[i]) && !std::isnan(x[best]))) best = i;
  }
  return best;
}

KernelRequest request_for(const PoolingGradientAttributes& attributes, int threads,
                          std::vector<Operand> inputs, Operand output) {
  KernelRequest request;
  request.attributes = &attributes;
  request.threads = threads;
  request.inputs = std::move(inputs);
  request.outputs = {std::move(output)};
  return request;
}

PoolingGradientAttributes attributes_of(const Case& c, bool count_padding) {
  PoolingGradientAttributes attributes;
  attributes.window = c.window, attributes.stride = c.stride;
  attributes.padding_low = c.low, attributes.padding_high = c.high;
  attributes.count_padding = count_padding;
  attributes.shape = IntList(c.x.begin(), c.x.end());
  return attributes;
}

void check_maximum(const Case& c, DType dtype, int threads) {
  const auto attributes = attributes_of(c, true);
  const Values x = random_values(c.x, 1), g = random_values(c.y(), 2);
  Values y(g.size()), gradient(x.size());
  each_window(c, [&](int64_t to, const std::vector<int64_t>& window) {
    y[to] = -std::numeric_limits<double>::infinity();
    if (window.empty()) return;
    const int64_t best = place_of_maximum(x, window);
    y[to] = x[best];
    gradient[best] += g[to];
  });
  const Operand x_operand = row_major(c.x, dtype), y_operand = row_major(c.y(), dtype);
  EXPECT_EQ(run_kernel(backend::kernel_max_pool,
                       request_for(attributes, threads, {x_operand}, y_operand), {x}),
            y)
      << c.text();
  EXPECT_EQ(run_kernel(backend::kernel_max_pool_gradient,
                       request_for(attributes, threads, {x_operand, y_operand}, x_operand), {x, g}),
            gradient)
      << c.text();
}

void check_average(const Case& c, DType dtype, bool count_padding, int threads) {
  const auto attributes = attributes_of(c, count_padding);
  const double bound = dtype == DType::BFloat16 ? 0.01 : 1e-6;
  const Values x = random_values(c.x, 1), g = random_values(c.y(), 2);
  Values y(g.size()), gradient(x.size());
  int64_t all = 1;
  for (int64_t size : c.window) all *= size;
  each_window(c, [&](int64_t to, const std::vector<int64_t>& window) {
    const double count = static_cast<double>(count_padding ? all : window.size());
    for (int64_t i : window) y[to] += x[i] / count, gradient[i] += g[to] / count;
  });
  const Operand x_operand = row_major(c.x, dtype), y_operand = row_major(c.y(), dtype);
  expect_close(run_kernel(backend::kernel_average_pool,
                          request_for(attributes, threads, {x_operand}, y_operand), {x}),
               y, bound, c.text());
  expect_close(run_kernel(backend::kernel_average_pool_gradient,
                          request_for(attributes, threads, {y_operand}, x_operand), {g}),
               gradient, bound, c.text() + " gradient");
}

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {{2, 6, 8, 8}, {2, 2}, {2, 2}, {0, 0}, {0, 0}},
      {{2, 64, 15, 14}, {3, 3}, {2, 2}, {1, 1}, {1, 1}},
      {{1, 37, 7, 9}, {3, 2}, {1, 1}, {0, 1}, {2, 0}},
      {{3, 1, 5, 5}, {5, 5}, {1, 1}, {0, 0}, {0, 0}},
      {{2, 130, 20}, {4}, {3}, {2}, {1}},
      {{1, 21, 4, 5, 6}, {2, 3, 2}, {1, 2, 2}, {1, 0, 1}, {0, 1, 1}},
      {{4, 64, 28, 28}, {2, 2}, {2, 2}, {0, 0}, {0, 0}},
  };
  return list;
}

TEST(MaxPool, AgreesWithLoops) {
  for (const Case& c : cases()) {
    for (int threads : {1, 2}) check_maximum(c, DType::Float32, threads);
    check_maximum(c, DType::Float64, 2);
  }
  check_maximum({{1, 3, 4, 4}, {2, 2}, {2, 2}, {2, 2}, {2, 2}}, DType::Float32,
                1);  // windows of padding
  check_maximum({{0, 3, 4, 4}, {2, 2}, {2, 2}, {0, 0}, {0, 0}}, DType::Float32, 2);
}

TEST(MaxPool, KeepsNaNAndInfinity) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const Case c{{1, 1, 2, 4}, {2, 2}, {2, 2}, {0, 0}, {0, 0}};
  const auto attributes = attributes_of(c, true);
  const Values x = {1, nan, -infinity, -infinity, nan, 2, -infinity, -infinity};
  const Operand x_operand = row_major(c.x), y_operand = row_major(c.y());
  const Values y =
      run_kernel(backend::kernel_max_pool, request_for(attributes, 1, {x_operand}, y_operand), {x});
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_EQ(y[1], -infinity);
  const Values expected = {0, 3, 5, 0, 0, 0, 0, 0};
  EXPECT_EQ(run_kernel(backend::kernel_max_pool_gradient,
                       request_for(attributes, 1, {x_operand, y_operand}, x_operand), {x, {3, 5}}),
            expected);
}

TEST(AveragePool, AgreesWithLoops) {
  for (const Case& c : cases()) {
    for (bool count_padding : {true, false}) {
      for (int threads : {1, 2}) check_average(c, DType::Float32, count_padding, threads);
      if (backend::takes_avx512()) check_average(c, DType::BFloat16, count_padding, 2);
    }
  }
}

TEST(Pooling, RefusesWithReasons) {
  const Case c{{1, 3, 4, 4}, {2, 2}, {2, 2}, {2, 2}, {2, 2}};
  const auto attributes = attributes_of(c, true);
  auto request = request_for(attributes, 1, {row_major(c.x)}, row_major(c.y()));
  EXPECT_EQ(backend::kernel_average_pool.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "a window lies wholly in the padding");
  request =
      request_for(attributes, 1, {row_major(c.x, DType::Int32)}, row_major(c.y(), DType::Int32));
  EXPECT_EQ(backend::kernel_average_pool.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "takes float32 and bfloat16, not int32");
  EXPECT_EQ(backend::kernel_max_pool.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "takes float32, float64, int8 and uint8, not int32");
}

}  // namespace

}  // namespace lamina::test

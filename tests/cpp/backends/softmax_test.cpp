// The row kernels of softmax and log_softmax.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "lamina/backends/cpu/kernels.h"
#include "lamina/ops/softmax_attributes.h"

namespace lamina {
namespace {

std::vector<float> run(const KernelEntry& entry, std::vector<float> x, int64_t rows,
                       int64_t columns) {
  SoftmaxAttributes attributes{1};
  KernelRequest request;
  request.attributes = &attributes;
  Operand operand{DType::Float32, {rows, columns}, {columns, 1}};
  request.inputs = {operand}, request.outputs = {operand};
  std::unique_ptr<Kernel> kernel = entry.rule(request);
  std::vector<float> y(x.size());
  std::byte* operands[] = {reinterpret_cast<std::byte*>(x.data()),
                           reinterpret_cast<std::byte*>(y.data())};
  RunContext context;
  kernel->run(operands, context);
  return y;
}

TEST(SoftmaxRows, AgreesWithDoubles) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 6);
  for (int64_t columns : {1, 2, 3, 7, 10, 15, 16, 17, 31, 33, 63, 64, 65, 100, 1000}) {
    int64_t rows = 5;
    std::vector<float> x(static_cast<size_t>(rows * columns));
    for (float& v : x) v = normal(random);
    x[0] = 1000;  // the others of this row vanish
    std::vector<float> soft = run(backend::kernel_softmax_rows, x, rows, columns);
    std::vector<float> log_soft = run(backend::kernel_log_softmax_rows, x, rows, columns);
    for (int64_t r = 0; r < rows; ++r) {
      const float* row = x.data() + r * columns;
      double most = *std::max_element(row, row + columns), sum = 0;
      for (int64_t c = 0; c < columns; ++c) sum += std::exp(row[c] - most);
      for (int64_t c = 0; c < columns; ++c) {
        size_t k = static_cast<size_t>(r * columns + c);
        double log_expected = row[c] - most - std::log(sum), expected = std::exp(log_expected);
        // x - most is rounded to a float before it becomes an exponent.
        double tolerance = 1e-6 + 6e-8 * std::abs(row[c] - most);
        EXPECT_NEAR(soft[k], expected, tolerance * expected + 1e-37) << columns;
        EXPECT_NEAR(log_soft[k], log_expected, 1e-6 * (1 + std::abs(log_expected))) << columns;
      }
    }
  }
}

TEST(SoftmaxRows, NaNFillsItsRowAndInfinityCounts) {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              inf = std::numeric_limits<float>::infinity();
  for (size_t at : {0, 5, 16, 18}) {
    std::vector<float> x(2 * 19, 1.0f);
    x[at] = nan;
    x[19 + at] = -inf;
    for (const KernelEntry* entry :
         {&backend::kernel_softmax_rows, &backend::kernel_log_softmax_rows}) {
      std::vector<float> y = run(*entry, x, 2, 19);
      for (size_t k = 0; k < 19; ++k) EXPECT_TRUE(std::isnan(y[k])) << at << " " << k;
      bool log = entry == &backend::kernel_log_softmax_rows;
      EXPECT_EQ(y[19 + at], log ? -inf : 0.0f);
      EXPECT_FALSE(std::isnan(y[19 + (at + 1) % 19]));
    }
  }
}

TEST(SoftmaxRows, RefusesWithAReason) {
  SoftmaxAttributes attributes{0};
  KernelRequest request;
  request.attributes = &attributes;
  Operand operand{DType::Float32, {4, 5}, {5, 1}};
  request.inputs = {operand}, request.outputs = {operand};
  EXPECT_EQ(backend::kernel_softmax_rows.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "not along the last axis");
}

}  // namespace
}  // namespace lamina

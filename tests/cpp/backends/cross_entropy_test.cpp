// The row kernels of softmax_cross_entropy and its gradient.
#include <gtest/gtest.h>

#include "backends/kernel_run.h"
#include "lamina/backends/cpu/kernels.h"
#include "lamina/base/text.h"

namespace lamina::test {
namespace {

struct Rows {
  Shape shape;
  Values logits, labels, cotangent, loss, logsumexp, gradient;  // the last three expected

  Rows(int64_t rows, int64_t columns) : shape{rows, columns} {
    logits = random_values(shape, 1);
    cotangent = random_values({rows}, 2);
    gradient.resize(logits.size());
    for (int64_t r = 0; r < rows; ++r) {
      const double* x = logits.data() + r * columns;
      const int64_t label = (r * 7) % columns;
      double sum = 0;
      for (int64_t c = 0; c < columns; ++c) sum += std::exp(x[c]);
      labels.push_back(static_cast<double>(label));
      logsumexp.push_back(std::log(sum));
      loss.push_back(std::log(sum) - x[label]);
      for (int64_t c = 0; c < columns; ++c) {
        gradient[r * columns + c] = (std::exp(x[c]) / sum - (c == label)) * cotangent[r];
      }
    }
  }

  KernelRequest request(DType label_type, bool backward) const {
    const Shape rows{shape[0]};
    KernelRequest request;
    request.inputs = {row_major(shape), row_major(rows, label_type)};
    if (backward) {
      request.inputs.insert(request.inputs.end(), {row_major(rows), row_major(rows)});
      request.outputs = {row_major(shape)};
    } else {
      request.outputs = {row_major(rows), row_major(rows)};
    }
    return request;
  }
};

TEST(CrossEntropyRows, AgreesWithDoubles) {
  for (int64_t columns : {1, 2, 3, 7, 10, 15, 16, 17, 31, 33, 64, 65, 1000}) {
    for (DType type : {DType::UInt8, DType::Int32, DType::Int64}) {
      if (columns > 255 && type == DType::UInt8) continue;
      Rows rows(5, columns);
      const std::string what = text(columns, " columns");
      expect_close(run_kernel(backend::kernel_cross_entropy_rows, rows.request(type, false),
                              {rows.logits, rows.labels}),
                   rows.loss, 1e-6, what);
      expect_close(run_kernel(backend::kernel_cross_entropy_gradient_rows, rows.request(type, true),
                              {rows.logits, rows.labels, rows.logsumexp, rows.cotangent}),
                   rows.gradient, 1e-6, what);
    }
  }
}

// A small loss beside large logits keeps its digits.
TEST(CrossEntropyRows, SmallLossOfLargeLogits) {
  Rows rows(1, 2);
  Values loss = run_kernel(backend::kernel_cross_entropy_rows, rows.request(DType::Int64, false),
                           {{10000, 9990}, {0}});
  EXPECT_NEAR(loss[0], std::log1p(std::exp(-10.0)), 1e-7);
}

TEST(CrossEntropyRows, LabelsOutOfRangeAreReported) {
  for (int64_t label : {-1, 3, 255}) {
    int64_t labels[] = {2, label};
    float logits[6] = {}, loss[2], logsumexp[2];
    alignas(64) std::byte scratch[64];
    std::byte* operands[] = {reinterpret_cast<std::byte*>(logits),
                             reinterpret_cast<std::byte*>(labels),
                             reinterpret_cast<std::byte*>(loss),
                             reinterpret_cast<std::byte*>(logsumexp)};
    KernelRequest request = Rows(2, 3).request(DType::Int64, false);
    RunContext context;
    context.scratch = scratch;
    backend::kernel_cross_entropy_rows.rule(request)->run(operands, context);
    EXPECT_TRUE(context.failed);
    EXPECT_EQ(context.bad_value, label);
    EXPECT_EQ(context.limit, 3);
  }
}

TEST(CrossEntropyRows, RefusesWithAReason) {
  KernelRequest request = Rows(2, 3).request(DType::Int64, false);
  request.inputs[0].dtype = DType::Float64;
  EXPECT_EQ(backend::kernel_cross_entropy_rows.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "not float32");
  request = Rows(2, 3).request(DType::Int64, true);
  request.inputs[0].strides = {1, 2};
  EXPECT_EQ(backend::kernel_cross_entropy_gradient_rows.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "not contiguous");
}

}  // namespace
}  // namespace lamina::test

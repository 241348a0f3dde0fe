// Nothing recurses, pending work is bounded, a failure changes nothing, threads do not disturb each other.
#include <gtest/gtest.h>

#include <thread>

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/base/fault.h"
#include "lamina/core/allocator.h"
#include "lamina/exec/evaluate.h"
#include "lamina/exec/profile.h"
#include "lamina/ir/node.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina {
namespace {

constexpr int kLong = 100'000;

TEST(Bounds, AChainOfAHundredThousandIsEvaluated) {
  Array c = array({1, 2});
  for (int i = 0; i < kLong; ++i) c = c + 1.0;
  EXPECT_EQ(c.to_vector<float>(), (std::vector<float>{kLong + 1, kLong + 2}));
}

TEST(Bounds, AChainOfAHundredThousandIsDropped) {
  Array c = array({1, 2});
  for (int i = 0; i < kLong; ++i) c = c + 1.0;
  c.reset();
}

TEST(Bounds, AChainOfAHundredThousandIsDifferentiated) {
  Parameter p(array({1, 2}));
  Array c = p;
  for (int i = 0; i < kLong; ++i) c = c * 1.0;
  sum(c).backward();
  EXPECT_EQ(p.grad().to_vector<float>(), (std::vector<float>{1, 1}));
}

TEST(Bounds, PendingNodesAreLimited) {
  int64_t before = pending_limits().nodes;
  pending_limits().nodes = 2000;
  Array c = array({1, 2});
  int64_t most = 0, base = pending_nodes();
  for (int i = 0; i < 20'000; ++i) {
    c = c + 1.0;
    most = std::max(most, pending_nodes() - base);
  }
  pending_limits().nodes = before;
  EXPECT_LT(most, 6000);
  EXPECT_FLOAT_EQ(max(c).item<float>(), 20'002.0f);
}

TEST(Bounds, BytesKeptByPendingWorkAreLimited) {
  int64_t before = pending_limits().bytes;
  pending_limits().bytes = 1 << 20;
  reset_peak_memory();
  size_t start = memory_statistics().in_use;
  Array sum_of_all = zeros({1024});
  for (int i = 0; i < 20'000; ++i)
    sum_of_all = sum_of_all + from_data(std::vector<float>(1024, 1).data(), {1024}, float32);
  size_t peak = memory_statistics().peak - start;
  pending_limits().bytes = before;
  EXPECT_LT(peak, size_t{40} << 20) << "80 MB of leaves were recorded";
  EXPECT_FLOAT_EQ(max(sum_of_all).item<float>(), 20'000.0f);
}

TEST(Bounds, TooLargeIsATypedError) {
  EXPECT_THROW(zeros({int64_t{1} << 40, int64_t{1} << 40}), ShapeError);
  EXPECT_THROW((zeros({int64_t{1} << 40}) + 1.0).eval(), OutOfMemory);
  EXPECT_THROW(zeros({-1}), ShapeError);
}

#ifdef LAMINA_FAULT_INJECTION
TEST(Transaction, AFailedAllocationLeavesEverythingToBeComputedAgain) {
  Array x = array({1, 2, 3});
  auto make = [&] { return sum(exp(x) * (x + 1.0)); };
  make().eval();
  fault::arm("allocate", fault::kCountOnly);
  float expected = make().item<float>();
  int64_t points = fault::hits("allocate");
  ASSERT_GT(points, 0);
  for (int64_t k = 0; k < points; ++k) {
    Array y = make();
    fault::arm("allocate", k);
    EXPECT_THROW(y.eval(), OutOfMemory);
    fault::disarm();
    EXPECT_FALSE(y.is_ready());
    EXPECT_EQ(y.item<float>(), expected);
  }
  fault::disarm();
}
#endif

TEST(Threads, ManyThreadsRecordAndEvaluate) {
  Array shared = exp(array({1, 2, 3}));
  Array expected = shared * 2.0 + 1.0;
  std::vector<float> want = expected.to_vector<float>();
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        Array y = shared * 2.0 + 1.0;
        if (y.to_vector<float>() != want) ++wrong;
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Threads, OnePendingValueReadByMany) {
  for (int round = 0; round < 50; ++round) {
    Array x = array({1.0 + 0.01 * round, 2, 3});
    Array pending = sum(exp(x));
    std::vector<std::thread> threads;
    std::vector<double> results(4);
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] { results[t] = (pending + double(t)).item<double>(); });
    for (auto& t : threads) t.join();
    for (int t = 1; t < 4; ++t) EXPECT_NEAR(results[t] - results[0], t, 1e-3);
  }
}

}  // namespace
}  // namespace lamina

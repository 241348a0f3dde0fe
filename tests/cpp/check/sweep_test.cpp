// Every op of the library, from the samples in its own file.
#include "lamina/check/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamina {
namespace {

class Sweep : public testing::TestWithParam<const Op*> {
 protected:
  void run(SweepMode mode) {
    SweepReport report = sweep(*GetParam(), mode);
    constexpr size_t kShown = 10;
    for (size_t i = 0; i < report.failures.size() && i < kShown; ++i) {
      ADD_FAILURE() << report.failures[i];
    }
    if (report.failures.size() > kShown) {
      ADD_FAILURE() << "and " << report.failures.size() - kShown << " more of " << report.cases;
    }
  }
};

TEST_P(Sweep, Test) { run(SweepMode::Test); }
TEST_P(Sweep, Grad) { run(SweepMode::Grad); }
TEST_P(Sweep, Bad) { run(SweepMode::Bad); }

TEST(SweepTotals, DistinctWrongCallsThatAreRefused) {
  SweepReport total;
  for (const Op* op : op::all()) total += sweep(*op, SweepMode::Bad);
  EXPECT_GE(total.refused, 10'000);
}

TEST(SweepTotals, TheFullSweepHasMoreCalls) {
  const Op& add = *op::find("add");
  SweepReport full = sweep(add, SweepMode::Test, 1, Extent::Full);
  EXPECT_GT(full.comparisons, 3 * sweep(add, SweepMode::Test, 1).comparisons);
  EXPECT_THAT(full.failures, testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, Sweep, testing::ValuesIn(op::all().begin(), op::all().end()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace lamina

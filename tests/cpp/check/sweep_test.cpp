// Every op of the library, from the samples in its own file.
#include "lamina/check/sweep.h"

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

INSTANTIATE_TEST_SUITE_P(All, Sweep, testing::ValuesIn(op::all().begin(), op::all().end()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace lamina

// Choices by measurement: the chosen kernel is asked first, and only ever asked.
#include "lamina/exec/tune.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "lamina/backends/cpu/instruction_set.h"
#include "lamina/base/environment.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/explain.h"
#include "lamina/op/kernel_choice.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/linear.h"

namespace lamina {
namespace {

// No file is read or written, and no choice outlives a test.
class Tune : public testing::Test {
 protected:
  void SetUp() override {
    setenv("LAMINA_TUNED", "0", 1);
    environment::forget();
    backend::forget_kernel_choices();
    if (!backend::takes_avx512())
      GTEST_SKIP() << "without AVX-512 one kernel alone runs the product of these tests";
  }
  void TearDown() override {
    backend::forget_kernel_choices();
    unsetenv("LAMINA_TUNED");
    environment::forget();
  }
};

Array product() { return matmul(ones({96, 64}).eval(), ones({64, 32}).eval()); }

TuningReport tuned(const Array& array) { return tune(std::span(&array, 1)); }

TEST_F(Tune, MeasuresWhatSeveralKernelsCanRun) {
  const TuningReport report = tuned(product());
  ASSERT_EQ(report.calls.size(), 1u);
  EXPECT_GT(report.calls[0].first_seconds, 0);
  EXPECT_LE(report.calls[0].chosen_seconds, report.calls[0].first_seconds);
  EXPECT_EQ(backend::kernel_choice_count(), 1u);
  EXPECT_EQ(report.path, "");
  EXPECT_NE(report.to_string().find("1 call that several kernels can run"), std::string::npos);
  EXPECT_TRUE(tuned(ones({3}) + ones({3})).calls.empty());
}

TEST_F(Tune, TheChosenKernelIsAskedFirst) {
  const std::string call = tuned(product()).calls.at(0).call, by_rank = explain(product());
  backend::choose_kernel(call, "blocked.matmul");
  EXPECT_NE(explain(product()).find("blocked.matmul was measured to be faster"), std::string::npos);
  backend::choose_kernel(call, "no.such.kernel");
  EXPECT_EQ(explain(product()).find("measured"), std::string::npos);
}

TEST_F(Tune, BitsThatMustNotDependOnTheMachineDoNot) {
  backend::choose_kernel(tuned(product()).calls.at(0).call, "blocked.matmul");
  set_deterministic(true);
  EXPECT_EQ(explain(product()).find("measured"), std::string::npos);
  EXPECT_TRUE(tuned(product()).calls.empty());
  set_deterministic(false);
}

TEST_F(Tune, ChoicesAreBounded) {
  for (int k = 0; k < 5000; ++k) backend::choose_kernel(std::to_string(k), "a");
  EXPECT_EQ(backend::kernel_choice_count(), 4096u);
}

}  // namespace
}  // namespace lamina

// The sweep must find what is wrong: ops with one fault each, defined here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lamina/check/sweep.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/reduction.h"
#include "lamina/op/reference.h"
#include "lamina/ops/elementwise.h"

namespace lamina {
namespace {

std::string first_failure(const Op& op, SweepMode mode) {
  SweepReport report = sweep(op, mode);
  return report.failures.empty() ? "found nothing" : report.failures[0];
}

struct Right : Elementwise<2, Types::Floating> {
  static constexpr auto name = "right";
  static constexpr auto formula = [](auto x, auto y) { return x * x * y; };
  static void gradient(Context& c) {
    c.give(0, c.cotangent() * 2.0 * c.input(0) * c.input(1));
    c.give(1, c.cotangent() * c.input(0) * c.input(0));
  }
  static void samples(Samples& s) { s.numbers().near(0).empty(); }
  static void bad_samples(BadSamples& s) { s.call({{2}, {3}}, "right"); }
};

TEST(PlantedFault, ARightOpPasses) {
  Op op = op::make<Right>();
  for (SweepMode mode : {SweepMode::Test, SweepMode::Grad, SweepMode::Bad}) {
    SweepReport report = sweep(op, mode);
    EXPECT_GT(report.cases, 0);
    EXPECT_TRUE(report.failures.empty()) << report.failures[0];
  }
}

struct WrongGradient : Right {
  static constexpr auto name = "wrong_gradient";
  static void gradient(Context& c) {
    c.give(0, c.cotangent() * c.input(0) * c.input(1));  // lacks the factor 2
    c.give(1, c.cotangent() * c.input(0) * c.input(0));
  }
};

TEST(PlantedFault, WrongGradient) {
  EXPECT_THAT(
      first_failure(op::make<WrongGradient>(), SweepMode::Grad),
      testing::HasSubstr("wrong_gradient(float64 [2, 3], float64 [2, 3]), seed 0: first order"));
}

// Right in value, but its own gradient's gradient is cut.
struct WrongSecondOrder : Right {
  static constexpr auto name = "wrong_second_order";
  static void gradient(Context& c) {
    c.give(0, c.cotangent() * 2.0 * cut(c.input(0)) * c.input(1));
    c.give(1, c.cotangent() * c.input(0) * c.input(0));
  }
  static Array cut(const Array& x) { return astype(astype(x * 1e12, int64), x.dtype()) * 1e-12; }
};

TEST(PlantedFault, WrongSecondOrder) {
  EXPECT_THAT(first_failure(op::make<WrongSecondOrder>(), SweepMode::Grad),
              testing::HasSubstr("second order"));
}

// Its kernel (the formula as a program) and its definition on doubles differ.
struct WrongKernel : Right {
  static constexpr auto name = "wrong_kernel";
  static constexpr auto formula = []<class T>(T x, T y) {
    return std::is_same_v<T, Real> ? x + y : x + y * T(1.0 + 1e-5);
  };
};

TEST(PlantedFault, WrongKernel) {
  EXPECT_THAT(first_failure(op::make<WrongKernel>(), SweepMode::Test),
              testing::HasSubstr("expected"));
}

// The rule says one column more than the loop writes.
struct WrongShape {
  static constexpr auto name = "wrong_shape";
  static constexpr const char* inputs[] = {"x"};
  static constexpr auto no_gradient = "not needed here";
  static void infer(Inference& c) { c.output(c.dtype(0), {c.shape(0)[0], c.shape(0)[1] + 1}); }
  static std::vector<Array> decompose(Context& c) { return {c.input(0) * 2.0}; }
  static void samples(Samples& s) { s.call({{2, 3}}); }
};

TEST(PlantedFault, WrongShapeRule) {
  EXPECT_THAT(first_failure(op::make<WrongShape>(), SweepMode::Test),
              testing::HasSubstr(
                  "wrong_shape(float32 [2, 3]), seed 0: output 0: the rule says shape [2, 4]"));
}

// Reads an axis that a vector does not have.
struct Unchecked : WrongShape {
  static constexpr auto name = "unchecked";
  static void infer(Inference& c) {
    LAMINA_ASSERT(c.shape(0).rank() == 2);
    c.output(c.dtype(0), c.shape(0));
  }
};

TEST(PlantedFault, AssertedInsteadOfChecked) {
  EXPECT_THAT(first_failure(op::make<Unchecked>(), SweepMode::Bad),
              testing::HasSubstr("a bug of ours"));
}

struct WrongMessage : Right {
  static constexpr auto name = "wrong_message";
  static void bad_samples(BadSamples& s) {
    s.call({{2}, {3}}, "something else").call({{2}, {2}}, "not wrong at all");
  }
};

TEST(PlantedFault, WrongMessages) {
  SweepReport report = sweep(op::make<WrongMessage>(), SweepMode::Bad);
  ASSERT_EQ(report.failures.size(), 2u);
  EXPECT_THAT(report.failures[0], testing::HasSubstr("expected the error 'something else', got: "));
  EXPECT_THAT(report.failures[1], testing::HasSubstr("gives a value"));
}

// Fails where it should, and says nothing of the call.
struct Mumbling : WrongShape {
  static constexpr auto name = "mumbling";
  static void infer(Inference& c) {
    if (c.shape(0).rank() != 2) throw ShapeError("mumbling: no");
    c.output(c.dtype(0), c.shape(0));
  }
};

TEST(PlantedFault, ErrorThatDoesNotShowWhatWasWrong) {
  EXPECT_THAT(first_failure(op::make<Mumbling>(), SweepMode::Bad),
              testing::HasSubstr("the error does not show what was wrong ([]): mumbling: no"));
}

struct NoSamples : Elementwise<1> {
  static constexpr auto name = "no_samples";
  static constexpr auto formula = [](auto x) { return x; };
  static void gradient(Context& c) { c.give(0, c.cotangent()); }
};

TEST(PlantedFault, NoSamples) {
  EXPECT_THAT(first_failure(op::make<NoSamples>(), SweepMode::Test),
              testing::HasSubstr("no samples"));
}

// Its own gradient is not that of what it decomposes into.
struct WrongComposite {
  static constexpr auto name = "wrong_composite";
  static constexpr const char* inputs[] = {"x"};
  static void infer(Inference& c) { c.output(c.dtype(0), c.shape(0)); }
  static Array decompose(Context& c) { return c.input(0) * c.input(0); }
  static void gradient(Context& c) { c.give(0, c.cotangent() * c.input(0) * 2.0000001); }
  static void samples(Samples& s) { s.call({{2, 3}}); }
};

TEST(PlantedFault, OtherGradientThanTheDecomposition) {
  EXPECT_THAT(first_failure(op::make<WrongComposite>(), SweepMode::Grad),
              testing::HasSubstr("that of the decomposition"));
}

}  // namespace
}  // namespace lamina

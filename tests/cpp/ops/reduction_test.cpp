// Reductions against values known from NumPy, and their gradients against central differences.
#include "ops/check.h"

#include "lamina/base/error.h"

namespace lamina {
namespace {

using test::check_gradients;
using test::expect_values;
using test::float64_array;

constexpr double kInf = HUGE_VAL;
const double kNaN = std::nan("");

const test::Point kPoint = {{0.3, -1.2, 2.5, 0.7, 1.9, -0.4, 1.1, 0.6, -2.2, 0.9, 1.4, -1.7},
                            {2, 3, 2}};

TEST(Reduction, ValuesAndTypes) {
  const Array x = array({{1, 2, 3}, {4, 5, 6}}, int32);
  expect_values(prod(x), {720});
  expect_values(prod(x, {.axis = 0}), {4, 10, 18});
  EXPECT_EQ(prod(x).dtype(), int64);
  expect_values(min(x, {.axis = -1}), {1, 4});
  expect_values(mean(x), {3.5});
  EXPECT_EQ(mean(x).dtype(), float32);
  expect_values(mean(x, {.axis = 1, .keepdims = true}), {2, 5});
  expect_values(var(x), {35.0 / 12}, 1e-6);
  expect_values(var(x, {.correction = 1}), {3.5}, 1e-6);
  expect_values(std(x, {.axis = 0}), {1.5, 1.5, 1.5}, 1e-6);
  expect_values(all(x - 1, {.axis = 1}), {0, 1});
  expect_values(any(x - 1), {1});
  EXPECT_EQ(all(x).dtype(), bool_);
  expect_values(logsumexp(float64_array({1, 2, 3}, {3})), {3.4076059644443806}, 1e-15);
}

TEST(Reduction, NothingToReduce) {
  const Array none = zeros({0, 2}, float64);
  expect_values(mean(none, {.axis = 0}), {kNaN, kNaN});
  expect_values(var(none, {.axis = 0}), {kNaN, kNaN});
  expect_values(var(ones({1}, float64), {.correction = 1}), {kNaN});
  expect_values(prod(none, {.axis = 0}), {1, 1});
  expect_values(all(none), {1});
  expect_values(any(none), {0});
  expect_values(logsumexp(none, {.axis = 0}), {-kInf, -kInf});
}

TEST(Reduction, HalfPrecisionDoesNotOverflow) {
  const Array x = full({70000}, 2.0, float16);
  expect_values(mean(x), {2});
  expect_values(var(x * array({300.0}, float16)), {0});
  EXPECT_EQ(mean(x).dtype(), float16);
}

TEST(Reduction, LargeValuesInLogsumexp) {
  expect_values(logsumexp(float64_array({1000, 1000, -1000}, {3})), {1000 + std::log(2)}, 1e-15);
  expect_values(logsumexp(float64_array({-kInf, -kInf}, {2})), {-kInf});
  expect_values(logsumexp(float64_array({kInf, 1}, {2})), {kInf});
  expect_values(logsumexp(float64_array({1000, 0, 1000, 1}, {2, 2}), {.axis = 0}),
                {1000 + std::log(2), 1 + std::log1p(std::exp(-1))}, 1e-15);
}

TEST(Reduction, GradientsOfBothOrders) {
  const std::pair<const char*, Array (*)(const Array&)> cases[] = {
      {"prod", [](const Array& x) { return prod(x, {.axis = 1}); }},
      {"prod of two axes",
       [](const Array& x) {
         return prod(x, {.axis = {0, 2}, .keepdims = true});
       }},
      {"prod of all", [](const Array& x) { return prod(x); }},
      {"min", [](const Array& x) { return min(x, {.axis = 1}); }},
      {"max",
       [](const Array& x) {
         return max(x, {.axis = {0, 2}});
       }},
      {"mean", [](const Array& x) { return mean(square(x), {.axis = -1}); }},
      {"var", [](const Array& x) { return var(x, {.axis = 1, .correction = 1}); }},
      {"std",
       [](const Array& x) {
         return std(x, {.axis = {0, 1}});
       }},
      {"logsumexp", [](const Array& x) { return logsumexp(x, {.axis = 1, .keepdims = true}); }},
  };
  for (const auto& [name, function] : cases) {
    SCOPED_TRACE(name);
    check_gradients([&](const auto& x) { return function(x[0]); }, {kPoint});
  }
}

TEST(Reduction, GradientOfAProductWithZeros) {
  check_gradients([](const auto& x) { return prod(x[0], {.axis = 1}); },
                  {{{0, 2, 3, 0, 0, 5, 0, 0, 0}, {3, 3}}});
}

TEST(Reduction, GradientOfConstantDataIsNotNaN) {
  const Array x = full({4}, 3.0, float64);
  expect_values(grad([](const Array& v) { return std(v); })(x), {0, 0, 0, 0});
}

TEST(Reduction, Positions) {
  const Array x = float64_array({1, 5, 5, 7, 7, 2}, {2, 3});
  expect_values(argmax(x, {.axis = 1}), {1, 0});
  expect_values(argmin(x, {.axis = -1, .keepdims = true}), {0, 2});
  expect_values(argmax(x), {3});
  expect_values(argmax(x, {.axis = 0}), {1, 1, 0});
  EXPECT_EQ(argmax(x).dtype(), int64);
  EXPECT_EQ(argmax(x, {.keepdims = true}).shape(), (Shape{1, 1}));
  expect_values(argmax(float64_array({1, kNaN, kInf, kNaN}, {4})), {1});
  expect_values(argmin(float64_array({1, kNaN, -kInf}, {3})), {1});
  expect_values(argmax(array(3.0)), {0});
  const uint64_t large[] = {1, uint64_t{1} << 63, 5};
  expect_values(argmax(array(std::span<const uint64_t>(large), {3})), {1});
  EXPECT_THROW(argmax(zeros({2, 0}), {.axis = 1}), ValueError);
  EXPECT_THROW(argmax(zeros({0})), ValueError);
  EXPECT_THROW(argmax(x, {.axis = 2}), IndexError);
}

TEST(Creation, RangesAndUnitMatrices) {
  expect_values(arange(4), {0, 1, 2, 3});
  EXPECT_EQ(arange(4).dtype(), int64);
  expect_values(arange(1, 2, 0.25), {1, 1.25, 1.5, 1.75});
  expect_values(arange(5, 0, -2, int32), {5, 3, 1});
  EXPECT_EQ(arange(3, 1).size(), 0);
  EXPECT_THROW(arange(0, 1, 0), ValueError);
  EXPECT_THROW(arange(0, kInf), ValueError);
  expect_values(eye(2), {1, 0, 0, 1});
  expect_values(eye(2, 3, bool_), {1, 0, 0, 0, 1, 0});
  EXPECT_THROW(eye(-2), ShapeError);
}

}  // namespace
}  // namespace lamina

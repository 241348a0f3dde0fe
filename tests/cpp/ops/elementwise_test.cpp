// Element-wise functions against libm, their gradients against central differences, and their rules
// of types.
#include <string_view>

#include "ops/check.h"

namespace lamina {
namespace {

using test::check_gradients;
using test::expect_values;
using test::float64_array;
using test::Values;

constexpr double kInf = HUGE_VAL;
const double kNaN = std::nan("");

using Unary = Array (*)(Array);
using Real = double (*)(double);

struct UnaryCase {
  const char* name;
  Unary function;
  Real real;
  Values at;
};

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

const UnaryCase kUnary[] = {
    {"absolute", absolute, [](double x) { return std::fabs(x); }, {-1.5, 0.5, 2}},
    {"square", square, [](double x) { return x * x; }, {-1.5, 0, 2}},
    {"reciprocal", reciprocal, [](double x) { return 1 / x; }, {-1.5, 0.5, 2}},
    {"expm1", expm1, [](double x) { return std::expm1(x); }, {-3, 1e-9, 2}},
    {"log1p", log1p, [](double x) { return std::log1p(x); }, {-0.5, 1e-9, 2}},
    {"log2", log2, [](double x) { return std::log2(x); }, {0.3, 1, 5}},
    {"sqrt", sqrt, [](double x) { return std::sqrt(x); }, {0.3, 1, 5}},
    {"rsqrt", rsqrt, [](double x) { return 1 / std::sqrt(x); }, {0.3, 1, 5}},
    {"sin", sin, [](double x) { return std::sin(x); }, {-3, 0, 1.2}},
    {"cos", cos, [](double x) { return std::cos(x); }, {-3, 0, 1.2}},
    {"tan", tan, [](double x) { return std::tan(x); }, {-1, 0, 1.2}},
    {"tanh", tanh, [](double x) { return std::tanh(x); }, {-3, 0, 1.2}},
    {"erf", erf, [](double x) { return std::erf(x); }, {-2, 0, 0.7}},
    {"sigmoid", sigmoid, sigmoid_of, {-3, 0, 2}},
    {"softplus", softplus, [](double x) { return std::log(1 + std::exp(x)); }, {-3, 0.1, 2}},
    {"silu", silu, [](double x) { return x * sigmoid_of(x); }, {-3, 0, 2}},
    {"gelu", gelu, [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2)); }, {-2, 0, 0.7}},
};

TEST(Elementwise, UnaryFunctionsAgreeWithLibm) {
  for (const UnaryCase& c : kUnary) {
    SCOPED_TRACE(c.name);
    Values expected;
    for (double x : c.at) expected.push_back(c.real(x));
    expect_values(c.function(float64_array(c.at, {3})), expected, 1e-14);
    expect_values(c.function(astype(float64_array(c.at, {3}), float32)), expected, 1e-6);
  }
}

TEST(Elementwise, UnaryGradientsOfBothOrders) {
  for (const UnaryCase& c : kUnary) {
    SCOPED_TRACE(c.name);
    check_gradients([&](const auto& x) { return c.function(x[0]); }, {{c.at, {3}}});
  }
}

TEST(Elementwise, BinaryGradientsWithBroadcasting) {
  struct Case {
    const char* name;
    Array (*function)(Array, Array);
    Values second;
  };
  const Case cases[] = {
      {"power", power, {-1.5, 2.5}},          {"remainder", remainder, {0.7, -0.9}},
      {"minimum", minimum, {0.6, 1.1}},       {"maximum", maximum, {0.6, 1.1}},
      {"leaky_relu", leaky_relu, {0.1, 0.3}}, {"elu", elu, {1, 0.4}},
      {"divide", divide, {-1.5, 0.7}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Values positive = {0.5, 1.25, 2, 0.3, 1.7, 0.9}, mixed = {-0.5, 1.25, 2, -0.3, -1.7, 0.8};
    const bool needs_positive = std::string_view(c.name) == "power";
    check_gradients([&](const auto& x) { return c.function(x[0], x[1]); },
                    {{needs_positive ? positive : mixed, {2, 3}}, {c.second, {2, 1}}});
  }
}

TEST(Elementwise, ExponentialLinearUnitsStayFiniteFarOut) {
  const Array x = float64_array({-1e4, -1, 1, 1e4}, {4});
  expect_values(elu(x, 0.5), {-0.5, 0.5 * std::expm1(-1), 1, 1e4}, 1e-15);
  expect_values(grad([](const Array& v) { return sum(elu(v, 0.5)); })(x),
                {0, 0.5 * std::exp(-1), 1, 1}, 1e-15);
  expect_values(leaky_relu(x), {-100, -0.01, 1, 1e4}, 1e-15);
  expect_values(softplus(x), {0, std::log1p(std::exp(-1)), 1 + std::log1p(std::exp(-1)), 1e4},
                1e-15);
}

TEST(Elementwise, PowerAtZero) {
  const Array x = float64_array({0, 0, 0, 2}, {4}), y = float64_array({0, 1, 2, 0}, {4});
  const auto gradients =
      value_and_grad_of([](const std::vector<Array>& v) { return sum(power(v[0], v[1])); })({x, y})
          .second;
  expect_values(gradients[0], {0, 1, 0, 0});
  expect_values(gradients[1], {0, 0, 0, std::log(2)}, 1e-15);
  auto cube = [](const Array& v) { return sum(power(v, 3.0)); };
  auto second = grad([&](const Array& v) { return sum(grad(cube)(v)); });
  expect_values(second(float64_array({0, -1, 2}, {3})), {0, -6, 12}, 1e-15);
  auto squared = [](const Array& v) { return sum(power(v, 2.0)); };
  expect_values(grad(squared)(float64_array({0, -1, 2}, {3})), {0, -2, 4});
}

TEST(Elementwise, EqualOperandsShareTheGradient) {
  const Array x = float64_array({1, 2, 3}, {3});
  expect_values(grad([](const Array& v) { return sum(maximum(v, 2.0)); })(x), {0, 0.5, 1});
  expect_values(grad([](const Array& v) { return sum(minimum(v, 2.0)); })(x), {1, 0.5, 0});
  expect_values(grad([](const Array& v) { return sum(absolute(v - 2.0)); })(x), {-1, 0, 1});
}

TEST(Elementwise, IntegersDivideAsPythonDoes) {
  const Array x = array({7, -7, 7, -7, 5, 0}, int32), y = array({2, 2, -2, -2, 0, 3}, int32);
  expect_values(floor_divide(x, y), {3, -4, -4, 3, 0, 0});
  expect_values(remainder(x, y), {1, 1, -1, -1, 0, 0});
  EXPECT_EQ(floor_divide(x, y).dtype(), int32);
  expect_values(floor_divide(astype(x, float32), 2), {3, -4, 3, -4, 2, 0});
  expect_values(remainder(astype(x, float64), -2.0), {-1, -1, -1, -1, -1, 0});
}

TEST(Elementwise, IntegerPowers) {
  const Array x = array({2, -1, 1, -1, 0, 3}, int64), y = array({10, 3, -2, -2, 0, -1}, int64);
  expect_values(power(x, y), {1024, -1, 1, 1, 1, 0});
  EXPECT_EQ(power(x, y).dtype(), int64);
  EXPECT_EQ(power(x, 0.5).dtype(), float32);
}

TEST(Elementwise, RoundingAndSigns) {
  const Array x = float64_array({-1.5, -0.5, 0.5, 1.5, 2.5, kNaN, kInf}, {7});
  expect_values(floor(x), {-2, -1, 0, 1, 2, kNaN, kInf});
  expect_values(ceil(x), {-1, 0, 1, 2, 3, kNaN, kInf});
  expect_values(round(x), {-2, 0, 0, 2, 2, kNaN, kInf});
  expect_values(sign(x), {-1, -1, 1, 1, 1, kNaN, 1});
  expect_values(floor(array({-3, 4}, int8)), {-3, 4});
  EXPECT_EQ(round(array({-3, 4}, int8)).dtype(), int8);
  expect_values(absolute(array({-128, -3, 4}, int8)), {-128, 3, 4});
  expect_values(sign(array({-3, 0, 4}, int32)), {-1, 0, 1});
}

TEST(Elementwise, NotANumber) {
  const Array x = float64_array({1, kNaN, kInf, -kInf}, {4});
  expect_values(isnan(x), {0, 1, 0, 0});
  expect_values(isfinite(x), {1, 0, 0, 0});
  expect_values(isinf(x), {0, 0, 1, 1});
  for (DType dtype : {float16, bfloat16, float32}) {
    expect_values(isinf(astype(x, dtype)), {0, 0, 1, 1});
    expect_values(isnan(astype(x, dtype)), {0, 1, 0, 0});
  }
  const Array limits =
      array(std::span<const int64_t>(std::vector<int64_t>{INT64_MAX, INT64_MIN}), {2});
  expect_values(isfinite(limits), {1, 1});
  expect_values(isinf(limits), {0, 0});
  expect_values(isnan(array({0, 1}, bool_)), {0, 0});
  expect_values(maximum(x, 2.0), {2, kNaN, kInf, 2});
  expect_values(minimum(x, 2.0), {1, kNaN, 2, -kInf});
  expect_values(clip(x, -1, 0.5), {0.5, kNaN, 0.5, -1});
}

TEST(Elementwise, Logic) {
  const Array x = array({0, 0, 1, 2}, int32), y = float64_array({0, kNaN, 0, 3}, {4});
  expect_values(logical_and(x, y), {0, 0, 0, 1});
  expect_values(logical_or(x, y), {0, 1, 1, 1});
  expect_values(logical_xor(x, y), {0, 1, 1, 0});
  expect_values(logical_not(x), {1, 1, 0, 0});
  EXPECT_EQ(logical_not(x).dtype(), bool_);
}

TEST(Elementwise, TypesOfResults) {
  const Array i8 = array({1, 2}, int8), i32 = array({1, 2}, int32), f16 = array({1, 2}, float16);
  const Array f32 = array({1, 2}, float32), f64 = array({1, 2}, float64), b = array({1, 0}, bool_);
  EXPECT_EQ((i32 + f32).dtype(), float32);
  EXPECT_EQ((i8 + i32).dtype(), int32);
  EXPECT_EQ((f32 * f64).dtype(), float64);
  EXPECT_EQ((i8 + 1).dtype(), int8);  // a number takes the array's type ..
  EXPECT_EQ((f16 * 0.1).dtype(), float16);
  EXPECT_EQ((i8 + 0.5).dtype(), float32);  // .. unless its kind does not fit
  EXPECT_EQ((b + 1).dtype(), int64);
  EXPECT_EQ(maximum(b, b).dtype(), bool_);
  EXPECT_EQ(sqrt(i32).dtype(), float32);
  EXPECT_EQ(reciprocal(i32).dtype(), float32);
  EXPECT_EQ(sigmoid(f16).dtype(), float16);
  EXPECT_EQ(gelu(f64).dtype(), float64);
  EXPECT_EQ(leaky_relu(f16).dtype(), float16);
  EXPECT_EQ(clip(i8, 0, 1).dtype(), int8);
  EXPECT_EQ(isnan(i8).dtype(), bool_);
  expect_values(i32 + f32, {2, 4});
  expect_values(f64 * 0.1, {0.1, 0.2}, 1e-16);
}

}  // namespace
}  // namespace lamina

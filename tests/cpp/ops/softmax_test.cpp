#include "lamina/ops/softmax.h"
#include "lamina/base/error.h"
#include "lamina/ops/movement.h"
#include "ops/differences.h"

namespace lamina::differences {
namespace {

TEST(Softmax, IsStable) {
  expect_values(softmax(array({1e4, 1e4})), {0.5, 0.5}, 1e-6);
  expect_values(softmax(array({0, 1e4}, float64)), {0, 1});
  expect_values(log_softmax(array({0, 1e4}, float64)), {-1e4, 0});
  expect_values(softmax(array({{0, 0}, {0, 0}}), {.axis = 0}), {0.5, 0.5, 0.5, 0.5}, 1e-6);
}

TEST(Softmax, IsItsDefinition) {
  const Array x = random_array({2, 3, 4}, 1);
  const Array e = exp(x), y = e / sum(e, {.axis = 1, .keepdims = true});
  expect_values(softmax(x, {.axis = 1}), y.to_vector<double>());
  expect_values(log_softmax(x, {.axis = -2}), log(y).to_vector<double>());
}

TEST(Softmax, Gradients) {
  for (int axis : {0, 1}) {
    expect_gradients([&](const std::vector<Array>& x) { return softmax(x[0], {.axis = axis}); },
                     {random_array({3, 4}, 1)});
    expect_gradients([&](const std::vector<Array>& x) { return log_softmax(x[0], {.axis = axis}); },
                     {random_array({3, 4}, 1)});
  }
}

TEST(Softmax, Messages) {
  expect_error<IndexError>([] { softmax(zeros({2, 3}), {.axis = 2}); }, "softmax: axis");
  expect_error<IndexError>([] { log_softmax(1.0); }, "log_softmax: axis");
}

TEST(OneHot, ReportsIndicesOutOfRange) {
  expect_values(one_hot(integer_array({0, 2}, {2}), 3), {1, 0, 0, 0, 0, 1});
  EXPECT_THROW(one_hot(integer_array({3}, {1}), 3).eval(), IndexError);
  EXPECT_THROW(one_hot(integer_array({-1}, {1}), 3).eval(), IndexError);
}

const Array kLabels = integer_array({2, 0, 1}, {3});

TEST(CrossEntropy, IsMinusTheLogProbability) {
  for (DType dtype : {float32, float64}) {
    const double bound = dtype == float32 ? 1e-5 : 1e-12;
    const Array logits = random_array({3, 4}, 1, dtype);
    const auto p = log_softmax(logits).to_vector<double>();
    const std::vector<double> rows{-p[2], -p[4], -p[9]};
    expect_values(cross_entropy(logits, kLabels, {.reduction = LossReduction::None}), rows, bound);
    expect_values(cross_entropy(logits, kLabels), {(rows[0] + rows[1] + rows[2]) / 3}, bound);
    expect_values(cross_entropy(logits, kLabels, {.reduction = LossReduction::Sum}),
                  {rows[0] + rows[1] + rows[2]}, bound);
    expect_values(cross_entropy(logits, kLabels, {.ignore_index = 0}), {(rows[0] + rows[2]) / 2},
                  bound);
    expect_values(cross_entropy(transpose(logits), kLabels, {.axis = 0}),
                  {(rows[0] + rows[1] + rows[2]) / 3}, bound);
  }
}

TEST(CrossEntropy, SmoothedLabelsAreProbabilities) {
  const Array logits = random_array({3, 4}, 1);
  const Array soft = one_hot(kLabels, 4, float64) * 0.9 + 0.1 / 4;
  const double expected = cross_entropy(logits, soft).item();
  expect_values(cross_entropy(logits, kLabels, {.label_smoothing = 0.1}), {expected});
  expect_values(cross_entropy(logits, one_hot(kLabels, 4, float64), {.label_smoothing = 0.1}),
                {expected});
}

TEST(CrossEntropy, LogitsOfAnySize) {
  const Array logits = array({{1e4, 0}, {0, -1e4}});
  expect_values(
      cross_entropy(logits, integer_array({1, 0}, {2}), {.reduction = LossReduction::None}),
      {1e4, 0});
}

TEST(CrossEntropy, Gradients) {
  Function plain = [](const std::vector<Array>& x) { return cross_entropy(x[0], kLabels); };
  expect_gradients(plain, {random_array({3, 4}, 1)});
  Function rows = [](const std::vector<Array>& x) {
    return cross_entropy(x[0], kLabels, {.label_smoothing = 0.1, .reduction = LossReduction::None});
  };
  expect_gradients(rows, {random_array({3, 4}, 1)});
  Function both = [](const std::vector<Array>& x) {
    auto [loss, lse] = softmax_cross_entropy(x[0], kLabels);
    return loss * lse;
  };
  expect_gradients(both, {random_array({3, 4}, 1)});
  Function ignoring = [](const std::vector<Array>& x) {
    return cross_entropy(x[0], kLabels, {.ignore_index = 1});
  };
  expect_gradients(ignoring, {random_array({3, 4}, 1)});
}

TEST(CrossEntropy, Float32GradientIsThatOfFloat64) {
  auto gradient = [](DType dtype) {
    return grad([](const Array& x) { return cross_entropy(x, kLabels); })(
        random_array({3, 4}, 1, dtype));
  };
  expect_values(gradient(float32), gradient(float64).to_vector<double>(), 1e-6);
}

TEST(CrossEntropy, ReportsLabelsOutOfRange) {
  for (DType dtype : {float32, float64}) {
    const Array logits = zeros({2, 3}, dtype);
    EXPECT_THROW(cross_entropy(logits, integer_array({0, 3}, {2})).eval(), IndexError);
    EXPECT_THROW(cross_entropy(logits, integer_array({-1, 0}, {2})).eval(), IndexError);
  }
}

TEST(CrossEntropy, Messages) {
  const Array logits = zeros({2, 3});
  expect_error<ShapeError>([&] { cross_entropy(logits, integer_array({0}, {1})); },
                           "expected labels [2]");
  expect_error<ShapeError>([&] { cross_entropy(logits, zeros({2})); },
                           "class numbers must be of an integer type");
  expect_error<ValueError>([&] { cross_entropy(logits, kLabels, {.label_smoothing = 2}); },
                           "0 .. 1");
}

}  // namespace
}  // namespace lamina::differences

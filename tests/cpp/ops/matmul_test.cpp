#include "lamina/base/error.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "ops/differences.h"

namespace lamina::differences {
namespace {

TEST(Matmul, FollowsNumPyShapes) {
  const Array m = array({{1, 2, 3}, {4, 5, 6}}), v = array({1, 10, 100});
  expect_values(matmul(m, v), {321, 654});
  EXPECT_EQ(matmul(m, v).shape(), Shape({2}));
  expect_values(matmul(array({1, 10}), m), {41, 52, 63});
  expect_values(matmul(v, v), {10101});
  EXPECT_EQ(matmul(v, v).ndim(), 0);
  EXPECT_EQ(matmul(zeros({5, 1, 2, 3}), zeros({7, 3, 4})).shape(), Shape({5, 7, 2, 4}));
  EXPECT_EQ(matmul(zeros({5, 2, 3}), zeros({3})).shape(), Shape({5, 2}));
  EXPECT_EQ(matmul(zeros({3}), zeros({5, 3, 2})).shape(), Shape({5, 2}));
  expect_values(matmul(zeros({2, 0}), zeros({0, 2})), {0, 0, 0, 0});
}

TEST(Matmul, PromotesTypes) {
  const Array i = array({{1, 2}, {3, 4}}, int32);
  EXPECT_EQ(matmul(i, i).dtype(), int32);
  expect_values(matmul(i, i), {7, 10, 15, 22});
  EXPECT_EQ(matmul(i, array({{1, 2}, {3, 4}}, float64)).dtype(), float64);
  EXPECT_EQ(matmul(astype(i, float16), astype(i, float16)).dtype(), float16);
}

TEST(Matmul, IsTheSumOfProducts) {
  for (DType dtype : {float32, float64}) {
    const Array a = random_array({3, 7, 5}, 1, dtype), b = random_array({5, 6}, 2, dtype);
    const auto x = a.to_vector<double>(), w = b.to_vector<double>();
    std::vector<double> expected(3 * 7 * 6);
    for (int i = 0; i < 21; ++i) {
      for (int n = 0; n < 6; ++n) {
        for (int k = 0; k < 5; ++k) expected[i * 6 + n] += x[i * 5 + k] * w[k * 6 + n];
      }
    }
    expect_values(matmul(a, b), expected, dtype == float32 ? 1e-5 : 1e-12);
  }
}

TEST(Matmul, Gradients) {
  Function product = [](const std::vector<Array>& x) { return matmul(x[0], x[1]); };
  expect_gradients(product, {random_array({2, 3}, 1), random_array({3, 4}, 2)});
  expect_gradients(product, {random_array({3}, 1), random_array({3, 2}, 2)});
  expect_gradients(product, {random_array({2, 2, 3}, 1), random_array({3, 2}, 2)});
  expect_gradients(product, {random_array({2, 1, 2, 3}, 1), random_array({2, 3, 2}, 2)});
}

TEST(Matmul, NamesBothShapes) {
  expect_error<ShapeError>(
      [] {
        matmul(zeros({2, 3}), zeros({2, 3}));
      },
      "shapes [2, 3] and [2, 3] do not match: a has 3 columns, b has 2 rows");
  expect_error<ShapeError>(
      [] {
        matmul(zeros({2, 2, 3}), zeros({3, 3, 2}));
      },
      "axis 0 of the batch is 2 and 3");
  expect_error<ShapeError>([] { matmul(zeros({2, 3}), 2.0); }, "multiply by a number with *");
  expect_error<DTypeError>(
      [] {
        matmul(zeros({2, 2}, bool_), zeros({2, 2}, bool_));
      },
      "expected numbers");
}

}  // namespace
}  // namespace lamina::differences

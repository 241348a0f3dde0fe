// Functions of the array API standard as C++ callers write them; tests/python/test_array_api.py
// compares the same functions with NumPy.
#include "lamina/base/error.h"
#include "lamina/ops/bitwise.h"
#include "lamina/ops/cumulative.h"
#include "lamina/ops/data_types.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/searching.h"
#include "lamina/ops/sets.h"
#include "lamina/ops/sorting.h"
#include "ops/differences.h"

namespace lamina::differences {
namespace {

TEST(Operators, OfBits) {
  const Array x = array({6, 5}, int32), y = array({3, 1}, int32);
  expect_values(x & y, {2, 1});
  expect_values(x | 8, {14, 13});
  expect_values(x ^ y, {5, 4});
  expect_values(~x, {-7, -6});
  expect_values(x << y, {48, 10});
  expect_values(x >> 1, {3, 2});
  expect_values(x % 4, {2, 1});
  EXPECT_EQ((x & 1).dtype(), int32);
  EXPECT_EQ((array({1, 0}, bool_) ^ true).dtype(), bool_);
  expect_error<DTypeError>([] { array({1.5}) & 1; }, "bitwise_and: expected bool or integers");
}

TEST(Numbers, HaveAsManyAxesAsBraces) {
  EXPECT_EQ(array(0.5).shape(), Shape{});
  EXPECT_EQ(array({0.5}).shape(), Shape{1});
  EXPECT_EQ(array({{0.5}}).shape(), (Shape{1, 1}));
  EXPECT_EQ(array({{1}, {2}}).shape(), (Shape{2, 1}));
  EXPECT_EQ(array({{{1}, {2}}}).shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(array({{{{1, 2}}}}, int8).shape(), (Shape{1, 1, 1, 2}));
  EXPECT_EQ(array({}).shape(), Shape{0});
  EXPECT_EQ(array({{}, {}}).shape(), (Shape{2, 0}));
  EXPECT_EQ(array({{1, 2.5f}, {true, -4.}}).to_vector<double>(),
            (std::vector<double>{1, 2.5, 1, -4}));
  EXPECT_THROW(array({{1, 2}, {3}}), ShapeError);
  EXPECT_THROW(array({{1, 2}, 3}), ShapeError);
  EXPECT_THROW(array({1, {2, 3}}), ShapeError);
}

TEST(Numbers, ThatDoNotFitAreRefused) {
  const Array small = array({1, 2}, uint8);
  expect_error<OverflowError>([&] { small + 256; }, "add: the number 256 does not fit into uint8");
  expect_error<OverflowError>([&] { small - (-1); }, "the number -1 does not fit into uint8");
  expect_error<OverflowError>([] { full({2}, int64_t{1} << 40, int32); },
                              "does not fit into int32");
  EXPECT_EQ((small + 255).dtype(), uint8);
  EXPECT_EQ((small + 0.5).dtype(), float32);
}

TEST(Sort, OrdersLines) {
  const Array x = array({{3, 1, 2}, {5, 6, 4}}, float64);
  expect_values(sort(x), {1, 2, 3, 4, 5, 6});
  expect_values(sort(x, {.axis = 0, .descending = true}), {5, 6, 4, 3, 1, 2});
  expect_values(argsort(x), {1, 2, 0, 2, 0, 1});
  expect_values(searchsorted(array({1, 2, 4}), array({2, 5})), {1, 3});
  expect_values(searchsorted(array({1, 2, 4}), array({2, 5}), {.right = true}), {2, 3});
}

TEST(Cumulative, RunsAlongAnAxis) {
  expect_values(cumulative_sum(array({1, 2, 3}), {.include_initial = true}), {0, 1, 3, 6});
  expect_values(cumulative_prod(array({2, 3, 4})), {2, 6, 24});
  EXPECT_EQ(cumulative_sum(array({200, 100}, uint8)).dtype(), uint64);
  expect_values(diff(array({1, 4, 9, 16}), {.n = 2}), {2, 2});
  Function f = [](const std::vector<Array>& a) {
    return square(cumulative_prod(a[0], {.axis = 1}) + cumulative_sum(a[0], {.axis = 0}));
  };
  expect_gradients(f, {random_array({3, 4}, 1)});
}

TEST(Sets, EvaluateWhenCalled) {
  const UniqueAll all = unique_all(array({3, 1, 3}));
  expect_values(all.values, {1, 3});
  expect_values(all.indices, {1, 0});
  expect_values(all.inverse_indices, {1, 0, 1});
  expect_values(all.counts, {1, 2});
  expect_values(nonzero(array({{0, 5}, {7, 0}}))[1], {1, 0});
  EXPECT_EQ(count_nonzero(array({0, 5})).item<int64_t>(), 1);
}

TEST(Rearranging, FollowsNumPy) {
  const Array x = arange(6, float64);
  expect_values(roll(x, {2}), {4, 5, 0, 1, 2, 3});
  expect_values(repeat(array({1, 2}), 2), {1, 1, 2, 2});
  expect_values(repeat(array({1, 2}), array({0, 3}, int64)), {2, 2, 2});
  expect_values(tile(array({1, 2}), {2}), {1, 2, 1, 2});
  expect_values(tril(ones({2, 2})), {1, 0, 1, 1});
  EXPECT_EQ(moveaxis(zeros({2, 3, 4}), {0}, {-1}).shape(), Shape({3, 4, 2}));
  EXPECT_EQ(unstack(zeros({2, 3})).size(), 2u);
  EXPECT_EQ(meshgrid({arange(3), arange(2)})[0].shape(), Shape({2, 3}));
  expect_values(tensordot(reshape(x, {2, 3}), reshape(x, {3, 2}), 1), {10, 13, 28, 40});
  expect_values(vecdot(reshape(x, {2, 3}), reshape(x, {2, 3})), {5, 50});
  EXPECT_EQ(repeat(zeros({2, 3}), 0, {.axis = 1}).shape(), Shape({2, 0}));
}

TEST(DataTypes, AnswerQuestions) {
  EXPECT_TRUE(can_cast(int8, int16));
  EXPECT_FALSE(can_cast(uint64, int64));
  const Array arrays[] = {zeros({1}, int8), zeros({1}, uint8), Array(1)};
  EXPECT_EQ(result_type(arrays), int16);
  EXPECT_TRUE(isdtype(bfloat16, "real floating"));
  EXPECT_EQ(finfo(float32).eps, 0x1p-23);
  EXPECT_EQ(iinfo(uint64).max, ~uint64_t{0});
  expect_error<DTypeError>([] { iinfo(float32); }, "expected an integer type");
}

}  // namespace
}  // namespace lamina::differences

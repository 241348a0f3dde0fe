#include "lamina/ops/movement.h"
#include "lamina/base/error.h"
#include "lamina/ops/indexing.h"
#include "ops/differences.h"

namespace lamina::differences {
namespace {

TEST(Slice, FollowsNumPy) {
  const Array x = arange(6, float64);
  expect_values(slice(x, {1}, {5}, {2}), {1, 3});
  expect_values(slice(x, {-2}, {100}), {4, 5});
  expect_values(slice(x, {4}, {1}, {-2}), {4, 2});
  expect_values(slice(x, {4}, {1}), {});
  expect_values(flip(x, {0}), {5, 4, 3, 2, 1, 0});
  expect_values(slice(reshape(x, {2, 3}), {1}, {2}), {3, 4, 5});
  expect_error<ValueError>([&] { slice(x, {0}, {1}, {0}); }, "step must not be 0");
  expect_error<IndexError>([&] { slice(x, {0, 0}, {1, 1}); }, "2 ranges for an array of 1 axes");
}

TEST(SliceUpdate, ReplacesAPart) {
  const Array x = zeros({2, 3}, float64);
  expect_values(slice_update(x, 7.0, {0, 1}, {2, 2}), {0, 7, 0, 0, 7, 0});
  expect_values(slice_update(x, array({1, 2}), {1, 2}, {2, 0}, {1, -1}), {0, 0, 0, 0, 2, 1});
  Function f = [](const std::vector<Array>& a) {
    return square(slice_update(a[0], a[1], {0, 2}, {2, 0}, {1, -1}));
  };
  expect_gradients(f, {random_array({2, 3}, 1), random_array({2, 2}, 2)});
}

TEST(Pad, SurroundsWithAValue) {
  expect_values(pad(array({1, 2}), {1}, {2}, 9.0), {9, 1, 2, 9, 9});
  Function f = [](const std::vector<Array>& a) { return square(pad(a[0], {1, 0}, {0, 2}, a[1])); };
  expect_gradients(f, {random_array({2, 2}, 1), random_array(Shape{}, 2)});
}

TEST(Concatenate, JoinsAndSplits) {
  const Array x = random_array({2, 3}, 1), y = random_array({2, 2}, 2);
  const Array both = concatenate({x, y}, 1);
  expect_values(split(both, {3, 2}, 1)[1], y.to_vector<double>());
  expect_values(split(both, IntList{3, 2}, 1)[0], x.to_vector<double>());
  expect_values(concatenate({transpose(x), transpose(y)}, 0), transpose(both).to_vector<double>());
  EXPECT_EQ(stack({x, x, x}, -1).shape(), Shape({2, 3, 3}));
  EXPECT_EQ(split(x, 3, 1).size(), 3u);
  Function f = [](const std::vector<Array>& a) {
    return square(concatenate({a[0], a[1], a[0]}, 1));
  };
  expect_gradients(f, {x, y});
  expect_error<ShapeError>([&] { concatenate({x, y}, 0); }, "differ on axis 0 only");
  expect_error<ShapeError>([&] { stack({x, y}); }, "expected arrays of one shape");
  expect_error<ShapeError>([&] { split(x, 2, 1); }, "does not divide into 2 equal parts");
}

TEST(Flatten, JoinsAxes) {
  EXPECT_EQ(flatten(zeros({2, 3, 4}), 1).shape(), Shape({2, 12}));
  EXPECT_EQ(flatten(zeros({2, 3, 4})).shape(), Shape({24}));
  EXPECT_EQ(flatten(zeros({0, 3, 4}), 1).shape(), Shape({0, 12}));
  EXPECT_EQ(flatten(1.0).shape(), Shape({1}));
}

TEST(Take, CountsFromBothEnds) {
  const Array x = array({{1, 2, 3}, {4, 5, 6}}, float64), i = integer_array({-1, 0}, {2});
  expect_values(take(x, i, 1), {3, 1, 6, 4});
  expect_values(take(transpose(x), i, 0), {3, 6, 1, 4});
  expect_values(take_along_axis(x, integer_array({2, 0}, {2, 1}), 1), {3, 4});
  EXPECT_THROW(take(x, integer_array({2}, {1}), 0).eval(), IndexError);
  EXPECT_THROW(take(x, integer_array({-3}, {1}), 0).eval(), IndexError);
  EXPECT_THROW(take_along_axis(x, integer_array({3, 0}, {2, 1}), 1).eval(), IndexError);
}

TEST(Take, Gradients) {
  const Array i = integer_array({2, 0, 2}, {3}), j = integer_array({1, 1, 0, 2}, {2, 2});
  expect_gradients([&](const std::vector<Array>& a) { return square(take(a[0], i, 0)); },
                   {random_array({3, 2}, 1)});
  expect_gradients([&](const std::vector<Array>& a) { return square(take_along_axis(a[0], j, 1)); },
                   {random_array({2, 3}, 1)});
  expect_gradients(
      [&](const std::vector<Array>& a) { return square(scatter_add(a[0], i, a[1], 0)); },
      {random_array({3, 2}, 1), random_array({3, 2}, 2)});
  expect_gradients(
      [&](const std::vector<Array>& a) { return square(add_along_axis(a[0], j, a[1], 1)); },
      {random_array({2, 3}, 1), random_array({2, 2}, 2)});
}

TEST(TopK, SortsTheLargest) {
  TopK two = top_k(array({{1, 5, 3}, {2, 2, 0}}, float64), 2);
  expect_values(two.values, {5, 3, 2, 2});
  expect_values(two.indices, {1, 2, 0, 1});
  expect_gradients([](const std::vector<Array>& a) { return square(top_k(a[0], 2, 0).values); },
                   {separated_array({4, 2}, 1)});
  expect_error<ValueError>([] { top_k(zeros({3}), 4); }, "k must lie in 0 .. 3");
}

}  // namespace
}  // namespace lamina::differences

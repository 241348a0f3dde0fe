// Checks shared by the tests of ops: values, and gradients against central differences in float64.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "lamina/autograd/vjp.h"
#include "lamina/core/array.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::test {

using Values = std::vector<double>;

inline void expect_values(const Array& x, const Values& expected, double tolerance = 0) {
  const Values got = x.to_vector<double>();
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << "element " << i << " is " << got[i];
    } else if (std::isinf(expected[i])) {
      EXPECT_EQ(got[i], expected[i]) << "element " << i;
    } else {
      EXPECT_NEAR(got[i], expected[i], tolerance * (1 + std::fabs(expected[i]))) << "element " << i;
    }
  }
}

inline Array float64_array(const Values& values, Shape shape) {
  return array(std::span<const double>(values), std::move(shape));
}

// A scalar of f's result in which every element has another weight.
inline Array weighted(const Array& y) {
  Values weights(static_cast<size_t>(y.size()));
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = 0.5 + 0.37 * static_cast<double>(i % 7);
  return sum(y * float64_array(weights, y.shape()));
}

struct Point {
  Values values;
  Shape shape;
};
using Function = std::function<Array(const std::vector<Array>&)>;

// The gradient of f, a function of float64 arrays, by the inputs.
inline std::vector<Array> gradient_of(const Function& f, const std::vector<Array>& inputs) {
  return value_and_grad_of([&](const std::vector<Array>& x) { return weighted(f(x)); })(inputs)
      .second;
}

// Compares the gradient of f with central differences; with `order` 2 that of the gradient, too.
inline void check_gradients(const Function& f, const std::vector<Point>& points, int order = 2) {
  auto arrays = [&](size_t input, size_t element, double step) {
    std::vector<Array> result;
    for (size_t k = 0; k < points.size(); ++k) {
      Values values = points[k].values;
      if (k == input) values[element] += step;
      result.push_back(float64_array(values, points[k].shape));
    }
    return result;
  };
  constexpr double kStep = 1e-6;
  const std::vector<Array> gradients = gradient_of(f, arrays(0, 0, 0));
  for (size_t k = 0; k < points.size(); ++k) {
    const Values got = gradients[k].to_vector<double>();
    ASSERT_EQ(got.size(), points[k].values.size());
    for (size_t i = 0; i < got.size(); ++i) {
      const double above = weighted(f(arrays(k, i, kStep))).item();
      const double below = weighted(f(arrays(k, i, -kStep))).item();
      const double expected = (above - below) / (2 * kStep);
      EXPECT_NEAR(got[i], expected, 2e-7 * (1 + std::fabs(expected)))
          << "order " << 3 - order << ", input " << k << ", element " << i;
    }
  }
  if (order < 2) return;
  for (size_t k = 0; k < points.size(); ++k) {
    check_gradients(
        [&](const std::vector<Array>& x) {
          return value_and_grad_of([&](const std::vector<Array>& y) { return weighted(f(y)); })(x)
              .second[k];
        },
        points, 1);
  }
}

}  // namespace lamina::test

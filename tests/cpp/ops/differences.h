// Gradients of first and second order against central differences, in float64.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "lamina/autograd/vjp.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::differences {

inline Array random_array(Shape shape, unsigned seed, DType dtype = float64) {
  std::mt19937 random(seed);
  std::vector<double> values(static_cast<size_t>(shape.elements()));
  for (double& value : values) value = static_cast<double>(random() % 4001) / 1000 - 2;
  return astype(from_data(values.data(), std::move(shape), float64), dtype);
}

// All values different by 0.1 and more, in random order.
inline Array separated_array(Shape shape, unsigned seed) {
  std::vector<double> values(static_cast<size_t>(shape.elements()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = 0.1 * static_cast<double>(i) - 2;
  std::shuffle(values.begin(), values.end(), std::mt19937(seed));
  return from_data(values.data(), std::move(shape), float64);
}

inline Array integer_array(std::vector<int64_t> values, Shape shape) {
  return from_data(values.data(), std::move(shape), int64);
}

inline void expect_values(const Array& got, const std::vector<double>& expected,
                          double bound = 1e-12) {
  const std::vector<double> values = got.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size()) << describe(got);
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(expected[i]) && std::isnan(values[i])) continue;
    ASSERT_NEAR(values[i], expected[i], bound * (1 + std::abs(expected[i]))) << "element " << i;
  }
}

using Function = std::function<Array(const std::vector<Array>&)>;

// d loss / d inputs against (loss(x + h) - loss(x - h)) / 2h.
inline void expect_derivative(const Function& loss, const std::vector<Array>& inputs,
                              const std::string& what) {
  const std::vector<Array> gradients = value_and_grad_of(loss)(inputs).second;
  constexpr double h = 1e-4;
  for (size_t k = 0; k < inputs.size(); ++k) {
    ASSERT_EQ(gradients[k].shape(), inputs[k].shape()) << what;
    const std::vector<double> got = gradients[k].to_vector<double>();
    const std::vector<double> values = inputs[k].to_vector<double>();
    for (size_t i = 0; i < values.size(); ++i) {
      auto at = [&](double step) {
        std::vector<double> moved = values;
        moved[i] += step;
        std::vector<Array> arguments = inputs;
        arguments[k] = from_data(moved.data(), inputs[k].shape(), float64);
        return loss(arguments).item<double>();
      };
      const double expected = (at(h) - at(-h)) / (2 * h);
      ASSERT_NEAR(got[i], expected, 1e-5 * (1 + std::abs(expected)))
          << what << ": input " << k << ", element " << i;
    }
  }
}

// f's outputs are weighted, so that no gradient is trivially zero (those of softmax sum to 1).
inline void expect_gradients(const Function& f, const std::vector<Array>& inputs,
                             bool second_order = true) {
  Function loss = [&](const std::vector<Array>& x) {
    Array y = f(x);
    return sum(y * random_array(y.shape(), 99));
  };
  expect_derivative(loss, inputs, "first order");
  if (!second_order) return;
  Function slope = [&](const std::vector<Array>& x) {
    std::vector<Array> gradients = value_and_grad_of(loss)(x).second;
    Array total = 0.0;
    for (size_t k = 0; k < gradients.size(); ++k) {
      total = total +
              sum(gradients[k] * random_array(gradients[k].shape(), 17 + static_cast<unsigned>(k)));
    }
    return astype(total, float64);
  };
  expect_derivative(slope, inputs, "second order");
}

// Runs f, which must throw E with a message that holds `part`.
template <class E, class F>
void expect_error(F&& f, const std::string& part) {
  try {
    f();
    ADD_FAILURE() << "nothing was thrown; expected: " << part;
  } catch (const E& e) {
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
  }
}

}  // namespace lamina::differences

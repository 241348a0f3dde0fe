// Draws that are a formula of uniform, normal or gamma draws: Devroye, "Non-uniform random variate
// generation" (1986). 16-bit results are drawn in float32.
#include <numbers>

#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/number.h"
#include "lamina/ops/random_rule.h"
#include "lamina/ops/softmax.h"

namespace lamina {
namespace {

DType drawn_type(const char* function, DType dtype) {
  if (!is_floating(dtype)) {
    throw DTypeError(text(function, ": expected a floating-point dtype, got ", dtype));
  }
  return computed_type(dtype);
}

// In (0, 1): what would be 0 is half a step above it.
Array open_uniform(const IntList& shape, DType dtype, Generator& generator) {
  Array u = random_uniform(shape, 0.0, 1.0, dtype, generator);
  return maximum(std::move(u), dtype == float64 ? 0x1p-54 : 0x1p-25);
}

Array standard_exponential(const IntList& shape, DType dtype, Generator& generator) {
  return -log(open_uniform(shape, dtype, generator));
}

// location + scale * standard, in the type that was asked for.
Array placed(Array standard, Array location, Array scale, DType dtype) {
  if (!is_number(scale, 1)) standard = std::move(standard) * std::move(scale);
  if (!is_number(location, 0)) standard = std::move(location) + std::move(standard);
  return astype(std::move(standard), dtype);
}

}  // namespace

Array random_exponential(IntList shape, Array scale, DType dtype, Generator& generator) {
  const DType drawn = drawn_type("random_exponential", dtype);
  check_parameter("random_exponential", "scale", scale, 0);
  return placed(standard_exponential(shape, drawn, generator), 0.0, std::move(scale), dtype);
}

// The difference of two exponential draws.
Array random_laplace(IntList shape, Array location, Array scale, DType dtype,
                     Generator& generator) {
  const DType drawn = drawn_type("random_laplace", dtype);
  check_parameter("random_laplace", "scale", scale, 0);
  Array first = standard_exponential(shape, drawn, generator);
  Array second = standard_exponential(shape, drawn, generator);
  return placed(std::move(first) - std::move(second), std::move(location), std::move(scale), dtype);
}

Array random_gumbel(IntList shape, Array location, Array scale, DType dtype, Generator& generator) {
  const DType drawn = drawn_type("random_gumbel", dtype);
  check_parameter("random_gumbel", "scale", scale, 0);
  Array standard = -log(standard_exponential(shape, drawn, generator));
  return placed(std::move(standard), std::move(location), std::move(scale), dtype);
}

Array random_logistic(IntList shape, Array location, Array scale, DType dtype,
                      Generator& generator) {
  const DType drawn = drawn_type("random_logistic", dtype);
  check_parameter("random_logistic", "scale", scale, 0);
  Array u = open_uniform(shape, drawn, generator);
  return placed(log(u) - log1p(-u), std::move(location), std::move(scale), dtype);
}

Array random_cauchy(IntList shape, Array location, Array scale, DType dtype, Generator& generator) {
  const DType drawn = drawn_type("random_cauchy", dtype);
  check_parameter("random_cauchy", "scale", scale, 0);
  Array turn = open_uniform(shape, drawn, generator) - 0.5;
  return placed(tan(std::numbers::pi * std::move(turn)), std::move(location), std::move(scale),
                dtype);
}

Array random_lognormal(IntList shape, Array mean, Array deviation, DType dtype,
                       Generator& generator) {
  const DType drawn = drawn_type("random_lognormal", dtype);
  check_parameter("random_lognormal", "deviation", deviation, 0);
  return astype(
      exp(random_normal(std::move(shape), std::move(mean), std::move(deviation), drawn, generator)),
      dtype);
}

Array random_beta(IntList shape, Array a, Array b, DType dtype, Generator& generator) {
  const DType drawn = drawn_type("random_beta", dtype);
  check_parameter("random_beta", "a", a, 0);
  check_parameter("random_beta", "b", b, 0);
  Array first = random_log_gamma(shape, std::move(a), drawn, generator);
  Array second = random_log_gamma(std::move(shape), std::move(b), drawn, generator);
  return astype(sigmoid(std::move(first) - std::move(second)), dtype);
}

Array random_dirichlet(IntList shape, Array concentration, DType dtype, Generator& generator) {
  const DType drawn = drawn_type("random_dirichlet", dtype);
  require_arrays("random_dirichlet", {{"concentration", concentration}});
  if (concentration.ndim() < 1) {
    throw ShapeError("random_dirichlet: expected concentration [.., K], got a number");
  }
  shape.push_back(concentration.shape(-1));
  Array logs = random_log_gamma(std::move(shape), std::move(concentration), drawn, generator);
  return astype(softmax(std::move(logs)), dtype);
}

Array random_chi_square(IntList shape, Array degrees, DType dtype, Generator& generator) {
  check_parameter("random_chi_square", "degrees", degrees, 0);
  degrees = typed(std::move(degrees), float64);  // numbers keep all their digits
  return random_gamma(std::move(shape), std::move(degrees) * 0.5, 2.0, dtype, generator);
}

Array random_student_t(IntList shape, Array degrees, DType dtype, Generator& generator) {
  const DType drawn = drawn_type("random_student_t", dtype);
  check_parameter("random_student_t", "degrees", degrees, 0);
  Array normal = random_normal(shape, 0.0, 1.0, drawn, generator);
  Array squares = random_chi_square(std::move(shape), degrees, drawn, generator);
  return astype(std::move(normal) * sqrt(std::move(degrees) / std::move(squares)), dtype);
}

}  // namespace lamina

// var(x, axis) = mean((x - mean(x))^2) and std, its root. Two passes over the data: the mean of
// squares minus the square of the mean would cancel. `correction` is subtracted from N: 1 gives the
// unbiased estimate.
#include <algorithm>

#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/compose/average.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina {
namespace {

Array variance(Array x, const VarianceOptions& options, DType computed, std::string_view function) {
  check_correction(options.correction, function);
  const double count = static_cast<double>(reduced_elements(x, options.axis, function));
  x = astype(std::move(x), computed);
  Array center = mean(x, {.axis = options.axis, .keepdims = true});
  Array squares = square(std::move(x) - std::move(center));
  Array total = sum(std::move(squares), {.axis = options.axis, .keepdims = options.keepdims});
  return std::move(total) * (1.0 / std::max(0.0, count - options.correction));
}

}  // namespace

Array var(Array x, VarianceOptions options) {
  const DType result = floating_result(x, "var");
  return astype(variance(std::move(x), options, computed_type(result), "var"), result);
}

// The root's derivative at 0 is infinite; for constant data the gradient is taken as 0 (as PyTorch
// does).
Array std(Array x, VarianceOptions options) {
  const DType result = floating_result(x, "std");
  Array v = variance(std::move(x), options, computed_type(result), "std");
  Array constant = v == 0.0;
  Array root = sqrt(where(constant, 1.0, std::move(v)));
  return astype(where(std::move(constant), 0.0, std::move(root)), result);
}

}  // namespace lamina

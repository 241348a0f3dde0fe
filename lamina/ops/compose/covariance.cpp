// cov, corrcoef: with the means taken off, x x^T / (N - correction).
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/contraction.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/numerical.h"
#include "lamina/ops/reduction.h"

namespace lamina {

namespace {

Array covariances(const char* function, Array x, double correction) {
  require_arrays(function, {{"x", x}});
  if (x.ndim() < 1 || x.ndim() > 2) {
    throw ShapeError(text(function, ": expected [variables, observations], got ", describe(x)));
  }
  x = as_floating(std::move(x));
  const bool single = x.ndim() == 1;
  if (single) x = reshape(std::move(x), {1, -1});
  const double freedom = static_cast<double>(x.shape(1)) - correction;
  if (!(freedom > 0)) {
    throw ValueError(text(function, ": ", x.shape(1), " observations are too few for correction ",
                          correction));
  }
  const Array centred = x - mean(x, {.axis = 1, .keepdims = true});
  Array result = matmul(centred, matrix_transpose(centred)) / freedom;
  return single ? reshape(std::move(result), IntList{}) : result;
}

}  // namespace

Array cov(Array x, CovarianceOptions options) {
  return covariances("cov", std::move(x), options.correction);
}

Array corrcoef(Array x) {
  const Array c = covariances("corrcoef", std::move(x), 0);
  if (c.ndim() == 0) return c / c;
  const Array deviation = sqrt(diagonal(c));
  return clip(c / outer(deviation, deviation), -1.0, 1.0);
}

Array cross(Array x, Array y, int axis) {
  require_arrays("cross", {{"x", x}, {"y", y}});
  const int of_x = normalize_axis(axis, x.ndim(), "cross: axis of x");
  const int of_y = normalize_axis(axis, y.ndim(), "cross: axis of y");
  if (x.shape(of_x) != 3 || y.shape(of_y) != 3) {
    throw ShapeError(text("cross: expected vectors of 3 along axis ", axis, ", got ", describe(x),
                          " and ", describe(y)));
  }
  const std::vector<Array> a = unstack(std::move(x), of_x), b = unstack(std::move(y), of_y);
  std::vector<Array> parts;
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    parts.push_back(a[j] * b[k] - a[k] * b[j]);
  }
  return stack(std::move(parts), axis);
}

Array ptp(Array x, ReduceOptions options) {
  require_arrays("ptp", {{"x", x}});
  return max(x, options) - min(x, options);
}

}  // namespace lamina

#include "lamina/train/regression_metrics.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/train/metric_parts.h"

namespace lamina::train {

void check_same_shape(const std::string& name, const Array& prediction, const Array& target) {
  if (prediction.shape() == target.shape()) return;
  throw ShapeError(text(name, ": expected prediction and target of one shape"))
      .detail("prediction", describe(prediction))
      .detail("target", describe(target));
}

Array mean_per_example(Array error, const Array& target) {
  const double examples = target.ndim() == 0 ? 1.0 : static_cast<double>(target.shape()[0]);
  const double elements = static_cast<double>(target.size());
  return sum(std::move(error)) * (elements == 0 ? 0.0 : examples / elements);
}

Array MeanSquaredError::measure(const Array& prediction, const Array& target) {
  check_same_shape(name(), prediction, target);
  return mean_per_example(square(astype(prediction, float64) - target), target);
}

double RootMeanSquaredError::compute(const std::vector<double>& sums, int64_t examples) const {
  return std::sqrt(MeanSquaredError::compute(sums, examples));
}

Array MeanAbsoluteError::measure(const Array& prediction, const Array& target) {
  check_same_shape("mean_absolute_error", prediction, target);
  return mean_per_example(absolute(astype(prediction, float64) - target), target);
}

Array R2::measure(const Array& prediction, const Array& target) {
  check_same_shape("r2", prediction, target);
  const Array y = astype(target, float64);
  return stack({full({}, static_cast<double>(target.size()), float64), sum(y), sum(square(y)),
                sum(square(astype(prediction, float64) - y))});
}

double R2::compute(const std::vector<double>& sums, int64_t) const {
  const double variation = sums[2] - sums[1] * sums[1] / sums[0];
  return variation > 0 ? 1 - sums[3] / variation : NAN;
}

}  // namespace lamina::train

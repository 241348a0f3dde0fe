// rms_norm(x) = x / sqrt(mean(x^2) + epsilon) * weight over the last axes (Zhang and Sennrich
// 2019): layer_norm that leaves the mean alone. 16-bit floats are computed in float32.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/normalization.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array rms_norm(Array x, Array weight, Array epsilon, int axes) {
  require_arrays("rms_norm", {{"x", x}, {"epsilon", epsilon}});
  if (weight) axes = weight.ndim();
  if (axes < 1 || axes > x.ndim()) {
    throw ShapeError(text("rms_norm: cannot normalise the last ", axes, " axes of ", x.shape()));
  }
  IntList axis;
  Shape last;
  for (int i = x.ndim() - axes; i < x.ndim(); ++i) axis.push_back(i), last.push_back(x.shape(i));
  if (weight && !(weight.shape() == last)) {
    throw ShapeError(
        text("rms_norm: expected weight ", last, " for x ", x.shape(), ", got ", weight.shape()));
  }
  const DType dtype = floating_type(x);
  x = widened(std::move(x));
  Array scale = rsqrt(mean(square(x), {.axis = axis, .keepdims = true}) + std::move(epsilon));
  Array y = std::move(x) * std::move(scale);
  return astype(weight ? std::move(y) * std::move(weight) : std::move(y), dtype);
}

}  // namespace lamina

// group_norm (Wu and He 2018) and instance_norm (Ulyanov et al. 2016), which is group_norm with a
// group for each channel. The variance is the mean of squared distances from the mean. 16-bit floats
// are computed in float32.
#include "lamina/ops/channel_axes.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/normalization.h"
#include "lamina/ops/reduction.h"

namespace lamina {
namespace {

void check_channels(const char* function, const char* argument, const Array& a, const Array& x) {
  if (!a || a.shape() == Shape{x.shape(1)}) return;
  throw ShapeError(text(function, ": expected ", argument, " [", x.shape(1),
                        "], one entry for each channel of ", x.shape(), ", got ", a.shape()));
}

Array grouped(const char* function, Array x, int64_t groups, Array weight, Array bias,
              Array epsilon) {
  check_channels(function, "weight", weight, x);
  check_channels(function, "bias", bias, x);
  const DType dtype = floating_type(x);
  x = widened(std::move(x));
  const IntList shape = sizes_of(x);
  int64_t entries = groups == 0 ? 0 : shape[1] / groups;  // of one group
  for (size_t i = 2; i < shape.size(); ++i) entries *= shape[i];
  Array rows = reshape(std::move(x), {shape[0], groups, entries});
  Array distance = rows - mean(rows, {.axis = -1, .keepdims = true});
  Array var = mean(square(distance), {.axis = -1, .keepdims = true});
  Array y = reshape(std::move(distance) * rsqrt(std::move(var) + std::move(epsilon)), shape);
  const int rank = static_cast<int>(shape.size());
  if (weight) y = std::move(y) * per_channel(std::move(weight), rank);
  if (bias) y = std::move(y) + per_channel(std::move(bias), rank);
  return astype(std::move(y), dtype);
}

}  // namespace

Array group_norm(Array x, int64_t groups, Array weight, Array bias, Array epsilon) {
  require_arrays("group_norm", {{"x", x}, {"epsilon", epsilon}});
  if (x.ndim() < 2) throw ShapeError(text("group_norm: expected x [N, C, ..], got ", x.shape()));
  if (groups < 1 || x.shape(1) % groups != 0) {
    throw ValueError(
        text("group_norm: ", x.shape(1), " channels do not divide into ", groups, " groups"));
  }
  return grouped("group_norm", std::move(x), groups, std::move(weight), std::move(bias),
                 std::move(epsilon));
}

Array instance_norm(Array x, Array weight, Array bias, Array epsilon) {
  require_arrays("instance_norm", {{"x", x}, {"epsilon", epsilon}});
  if (x.ndim() < 3) {
    throw ShapeError(
        text("instance_norm: expected x [N, C, ..] with spatial axes, got ", x.shape()));
  }
  const int64_t channels = x.shape(1);
  return grouped("instance_norm", std::move(x), channels, std::move(weight), std::move(bias),
                 std::move(epsilon));
}

}  // namespace lamina

// max_pool, avg_pool and their relatives: options as callers write them, brought to attributes.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/compose/pool_plan.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/pooling.h"
#include "lamina/ops/reduction.h"

namespace lamina {

LAMINA_USE_OP(MaxPool)

namespace {

Array maximum_of(const char* name, int axes, Array x, const PerAxis& window,
                 const PoolOptions& options) {
  PoolPlan plan = pool_plan(name, axes, x, window, options);
  const bool dilated =
      std::any_of(plan.dilation.begin(), plan.dilation.end(), [](int64_t d) { return d != 1; });
  if (dilated) return max_pool_with_indices(std::move(x), window, options).values;
  return record(ops::op_MaxPool(), make_attributes(std::move(plan.attributes)), std::move(x));
}

// With ceil_mode a window of a counted padding reaches beyond that padding: only what lies in x or
// in the padding counts. The factor per axis is window / counted points, broadcast to x's rank.
Array partial_window_factor(const PoolPlan& plan, const Shape& x, int axis, DType dtype) {
  const auto& a = plan.attributes;
  const int64_t low = a.padding_low[axis], all = low + x[axis + 2] + a.padding_high[axis];
  std::vector<float> factors;
  for (int64_t at = 0; at + a.window[axis] <= all; at += a.stride[axis]) {
    const int64_t counted = std::min(a.window[axis], all - plan.ceil_extra[axis] - at);
    factors.push_back(
        static_cast<float>(static_cast<double>(a.window[axis]) / static_cast<double>(counted)));
  }
  Shape shape(static_cast<size_t>(x.rank()), int64_t{1});
  shape[axis + 2] = static_cast<int64_t>(factors.size());
  return astype(array(factors, shape), dtype);
}

Array average_of(const char* name, int axes, Array x, const PerAxis& window,
                 const PoolOptions& options) {
  PoolPlan plan = pool_plan(name, axes, x, window, options);
  for (int64_t dilation : plan.dilation) {
    if (dilation != 1) throw ValueError(text(name, ": averages take no dilation"));
  }
  if (options.divisor < 0 || options.divisor > kMaxWindow) {
    throw ValueError(
        text(name, ": divisor must be 1 or more, or 0 for none, got ", options.divisor));
  }
  if (!is_floating(x.dtype())) x = astype(std::move(x), float32);
  const Shape shape = x.shape();
  const DType dtype = x.dtype();
  if (options.divisor != 0) plan.attributes.count_padding = true;
  Array y = average_pool(std::move(x), plan.attributes);
  if (options.divisor != 0) {
    double size = 1;
    for (int64_t w : plan.attributes.window) size *= static_cast<double>(w);
    return std::move(y) * (size / static_cast<double>(options.divisor));
  }
  for (int i = 0; plan.attributes.count_padding && i < shape.rank() - 2; ++i) {
    if (plan.ceil_extra[i] == 0) continue;
    y = std::move(y) * partial_window_factor(plan, shape, i, dtype);
  }
  return y;
}

}  // namespace

#define LAMINA_POOL(function, of, axes)                                 \
  Array function(Array x, PerAxis window, const PoolOptions& options) { \
    return of(#function, axes, std::move(x), window, options);          \
  }
LAMINA_POOL(max_pool, maximum_of, 0)
LAMINA_POOL(max_pool1d, maximum_of, 1)
LAMINA_POOL(max_pool2d, maximum_of, 2)
LAMINA_POOL(max_pool3d, maximum_of, 3)
LAMINA_POOL(avg_pool, average_of, 0)
LAMINA_POOL(avg_pool1d, average_of, 1)
LAMINA_POOL(avg_pool2d, average_of, 2)
LAMINA_POOL(avg_pool3d, average_of, 3)
#undef LAMINA_POOL

}  // namespace lamina

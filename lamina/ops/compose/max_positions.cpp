#include "lamina/ops/compose/max_positions.h"

#include "lamina/base/error.h"
#include "lamina/ops/compose/along_axis.h"
#include "lamina/ops/compose/pool_plan.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

WindowBounds bounds_of(const std::vector<int64_t>& start, const std::vector<int64_t>& stop) {
  const Shape shape{static_cast<int64_t>(start.size())};
  return {from_data(start.data(), shape, int64), from_data(stop.data(), shape, int64)};
}

PooledMaxima maxima_in(Array x, const std::vector<WindowBounds>& bounds, IntList dilation) {
  const Shape shape = x.shape();
  Array indices = window_argmax(x, bounds, std::move(dilation));
  const Shape result = indices.shape();
  int64_t points = 1, positions = 1;
  for (int i = 2; i < shape.rank(); ++i) points *= shape[i], positions *= result[i];
  Array planes = reshape(std::move(x), {shape[0], shape[1], points});
  Array flat = reshape(indices, {shape[0], shape[1], positions});
  Array values = take_along_axis(std::move(planes), std::move(flat), 2);
  return {reshape(std::move(values), IntList(result.begin(), result.end())), std::move(indices)};
}

PooledMaxima max_pool_with_indices(Array x, PerAxis window, const PoolOptions& options) {
  const PoolPlan plan = pool_plan("max_pool_with_indices", 0, x, window, options);
  const PoolingAttributes& a = plan.attributes;
  std::vector<WindowBounds> bounds;
  for (size_t i = 0; i < a.window.size(); ++i) {
    const int axis = static_cast<int>(i) + 2;
    const int64_t reach = (a.window[i] - 1) * plan.dilation[i] + 1;
    const int64_t padding = a.padding_low[i] + a.padding_high[i];
    const int64_t count =
        x.shape(axis) == 0 ? -1 : window_positions(x.shape(axis), reach, a.stride[i], padding);
    if (a.padding_low[i] >= a.window[i]) {
      throw ValueError(text("max_pool: padding ", a.padding_low[i],
                            ": expected less than the window of ", a.window[i]));
    }
    if (count < 0) {
      throw ShapeError(text("max_pool: the window does not fit on axis ", axis, ": ", a.window[i],
                            " with dilation ", plan.dilation[i], " on an input of ", x.shape(axis),
                            " + ", padding, " of padding"));
    }
    check_positions("max_pool", count);
    std::vector<int64_t> start, stop;
    for (int64_t p = 0; p < count; ++p) {
      start.push_back(p * a.stride[i] - a.padding_low[i]);
      stop.push_back(start.back() + reach);
    }
    bounds.push_back(bounds_of(start, stop));
  }
  return maxima_in(std::move(x), bounds, plan.dilation);
}

}  // namespace lamina

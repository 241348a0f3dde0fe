// fractional_max_pool: windows start at floor((i + u) a) - floor(u a) for i < P - 1, where
// a = (S - window) / (P - 1) and u is drawn for each plane; the last one ends with the axis
// (Graham 2014, as PyTorch reads it).
#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/compose/max_positions.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/random.h"

namespace lamina {

namespace {

IntList fractional_sizes(const Array& x, const FractionalPoolOptions& options) {
  const int axes = x.ndim() - 2;
  if (options.output_size.given() == !options.output_ratio.empty()) {
    throw ValueError("fractional_max_pool: give output_size or output_ratio, one of them");
  }
  if (options.output_size.given()) {
    return options.output_size.for_axes(axes, 1, "fractional_max_pool: output_size");
  }
  const auto& ratio = options.output_ratio;
  if (ratio.size() != 1 && static_cast<int>(ratio.size()) != axes) {
    throw ValueError(
        text("fractional_max_pool: output_ratio: expected one number, or one for each "
             "of the ",
             axes, " spatial axes, got ", ratio.size()));
  }
  IntList sizes;
  for (int i = 0; i < axes; ++i) {
    const double r = ratio[ratio.size() == 1 ? 0 : i];
    if (!(r > 0 && r < 1)) {
      throw ValueError(text("fractional_max_pool: output_ratio must lie between 0 and 1, got ", r));
    }
    sizes.push_back(static_cast<int64_t>(static_cast<double>(x.shape(i + 2)) * r));
  }
  return sizes;
}

// [N, C, positions] from the samples [N, C] of one axis.
WindowBounds drawn_bounds(const Array& samples, int64_t size, int64_t window, int64_t positions) {
  Array start;
  const IntList shape{samples.shape(0), samples.shape(1), 1};
  const Array last = broadcast_to(full(shape, Array(size - window), int64), shape);
  if (positions == 1) {
    start = last;
  } else {
    const double step = static_cast<double>(size - window) / static_cast<double>(positions - 1);
    const Array u = reshape(samples, shape);
    const Array i = astype(arange(positions - 1, int64), samples.dtype());
    const Array places = floor((i + u) * step) - floor(u * step);
    start = concatenate({astype(places, int64), last}, 2);
  }
  return {start, start + window};
}

}  // namespace

PooledMaxima fractional_max_pool(Array x, PerAxis window, const FractionalPoolOptions& options) {
  if (!x) throw StateError("fractional_max_pool: x is an empty Array");
  const int axes = x.ndim() - 2;
  if (axes < 1) {
    throw ShapeError(text("fractional_max_pool: expected x [N, C, spatial..], got ", describe(x)));
  }
  const IntList windows = window.for_axes(axes, 1, "fractional_max_pool: window");
  const IntList sizes = fractional_sizes(x, options);
  for (int i = 0; i < axes; ++i) {
    if (sizes[i] < 1 || windows[i] > x.shape(i + 2) || sizes[i] > x.shape(i + 2) - windows[i] + 1) {
      throw ShapeError(text("fractional_max_pool: ", sizes[i], " windows of ", windows[i],
                            " do not fit on axis ", i + 2, " of ", describe(x)));
    }
  }
  Array samples = options.samples;
  const IntList expected{x.shape(0), x.shape(1), axes};
  if (!samples) samples = random_uniform(expected);
  if (!(samples.shape() == Shape(expected.begin(), expected.end())) ||
      !is_floating(samples.dtype())) {
    throw ShapeError(text("fractional_max_pool: expected floating-point samples ", expected,
                          ", got ", describe(samples)));
  }
  std::vector<WindowBounds> bounds;
  for (int i = 0; i < axes; ++i) {
    const Array own = slice(samples, {0, 0, i}, {expected[0], expected[1], i + 1});
    bounds.push_back(drawn_bounds(squeeze(own, {2}), x.shape(i + 2), windows[i], sizes[i]));
  }
  return maxima_in(std::move(x), bounds, IntList(static_cast<size_t>(axes), 1));
}

}  // namespace lamina

#include "lamina/ops/compose/pool_plan.h"

#include <algorithm>

#include "lamina/base/error.h"

namespace lamina {

namespace {

// How much must be added behind an axis so that a last, partial window fits; it must start before
// the padding at the end (PyTorch's rule).
int64_t extra_for_ceil(int64_t size, int64_t low, int64_t high, int64_t reach, int64_t stride) {
  const int64_t room = size + low + high - reach;
  if (room < 0 || room % stride == 0) return 0;
  const int64_t start = (room / stride + 1) * stride;
  return start < size + low ? start + reach - (size + low + high) : 0;
}

}  // namespace

PoolPlan pool_plan(const char* name, int axes, const Array& x, const PerAxis& window,
                   const PoolOptions& options) {
  if (!x) throw StateError(text(name, ": x is an empty Array"));
  if (axes == 0) axes = std::max(x.ndim() - 2, 1);
  if (x.ndim() != axes + 2) {
    throw ShapeError(
        text(name, ": expected x [N, C, spatial..] of ", axes + 2, " axes, got ", describe(x)));
  }
  PoolPlan plan;
  PoolingAttributes& a = plan.attributes;
  a.window = window.for_axes(axes, 1, text(name, ": window"));
  a.stride =
      options.stride.given() ? options.stride.for_axes(axes, 1, text(name, ": stride")) : a.window;
  a.count_padding = options.count_padding;
  plan.dilation = options.dilation.for_axes(axes, 1, text(name, ": dilation"));
  const IntList sizes = spatial_sizes(x.shape());
  IntList reach;
  for (int i = 0; i < axes; ++i) {
    reach.push_back((a.window[i] - 1) * std::min(plan.dilation[i], kMaxWindow / 2) + 1);
  }
  Padding::Sides sides = options.padding.for_axes(sizes, reach, a.stride, text(name, ": padding"));
  a.padding_low = std::move(sides.low);
  a.padding_high = std::move(sides.high);
  plan.ceil_extra = IntList(static_cast<size_t>(axes), 0);
  for (int i = 0; options.ceil_mode && i < axes; ++i) {
    plan.ceil_extra[i] =
        extra_for_ceil(sizes[i], a.padding_low[i], a.padding_high[i], reach[i], a.stride[i]);
    a.padding_high[i] += plan.ceil_extra[i];
  }
  return plan;
}

}  // namespace lamina

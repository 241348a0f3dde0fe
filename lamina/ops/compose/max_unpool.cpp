// max_unpool: values put back to where max_pool_with_indices found them.
#include "lamina/base/error.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/scatter.h"

namespace lamina {

Array max_unpool(Array x, Array indices, PerAxis window, const UnpoolOptions& options) {
  if (!x || !indices) {
    throw StateError(text("max_unpool: ", x ? "indices" : "x", " is an empty Array"));
  }
  const int axes = x.ndim() - 2;
  if (axes < 1 || !(indices.shape() == x.shape())) {
    throw ShapeError(text("max_unpool: expected x [N, C, spatial..] and indices of its shape, got ",
                          describe(x), " and ", describe(indices)));
  }
  const IntList windows = window.for_axes(axes, 1, "max_unpool: window");
  const IntList strides =
      options.stride.given() ? options.stride.for_axes(axes, 1, "max_unpool: stride") : windows;
  const IntList padding = options.padding.for_axes(axes, 0, "max_unpool: padding");
  IntList sizes;
  if (options.output_size.given()) {
    sizes = options.output_size.for_axes(axes, 1, "max_unpool: output_size");
  } else {
    for (int i = 0; i < axes; ++i) {
      int64_t reach = 0;
      if (__builtin_mul_overflow(x.shape(i + 2) - 1, strides[i], &reach)) {
        throw ValueError(text("max_unpool: stride ", strides, " is too large"));
      }
      sizes.push_back(reach - 2 * padding[i] + windows[i]);
    }
  }
  Shape result{x.shape(0), x.shape(1)};
  int64_t positions = 1;
  for (int i = 0; i < axes; ++i) result.push_back(sizes[i]), positions *= x.shape(i + 2);
  check_shape(result, size_of(x.dtype()), "max_unpool: result");
  const IntList planes{result[0], result[1]};
  IntList flat = planes, flat_result = planes;
  flat.push_back(positions);
  int64_t points = 1;
  for (int64_t size : sizes) points *= size;
  flat_result.push_back(points);
  Array empty = zeros(flat_result, x.dtype());
  Array values = put_along_axis(std::move(empty), reshape(std::move(indices), flat),
                                reshape(std::move(x), flat), 2);
  return reshape(std::move(values), IntList(result.begin(), result.end()));
}

}  // namespace lamina

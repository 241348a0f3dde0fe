// max_pool, avg_pool and their relatives: options as callers write them, brought to attributes.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/pooling.h"
#include "lamina/ops/reduction.h"

namespace lamina {

LAMINA_USE_OP(MaxPool)

namespace {

// The attributes of a pooling of x over `axes` spatial axes (0: any number).
PoolingAttributes pooling(const char* name, int axes, const Array& x, const PerAxis& window,
                          const PoolOptions& options) {
  if (!x) throw StateError(text(name, ": x is an empty Array"));
  if (axes == 0) axes = std::max(x.ndim() - 2, 1);
  if (x.ndim() != axes + 2) {
    throw ShapeError(
        text(name, ": expected x [N, C, spatial..] of ", axes + 2, " axes, got ", describe(x)));
  }
  PoolingAttributes a;
  a.window = window.for_axes(axes, 1, text(name, ": window"));
  a.stride =
      options.stride.given() ? options.stride.for_axes(axes, 1, text(name, ": stride")) : a.window;
  a.count_padding = options.count_padding;
  Padding::Sides sides = options.padding.for_axes(spatial_sizes(x.shape()), a.window, a.stride,
                                                  text(name, ": padding"));
  a.padding_low = std::move(sides.low);
  a.padding_high = std::move(sides.high);
  return a;
}

Array maximum_of(const char* name, int axes, Array x, const PerAxis& window,
                 const PoolOptions& options) {
  PoolingAttributes attributes = pooling(name, axes, x, window, options);
  return record(ops::op_MaxPool(), make_attributes(std::move(attributes)), std::move(x));
}

Array average_of(const char* name, int axes, Array x, const PerAxis& window,
                 const PoolOptions& options) {
  PoolingAttributes attributes = pooling(name, axes, x, window, options);
  if (!is_floating(x.dtype())) x = astype(std::move(x), float32);
  return average_pool(std::move(x), std::move(attributes));
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

Array adaptive_avg_pool2d(Array x, PerAxis size) {
  if (!x || x.ndim() != 4) {
    throw ShapeError(text("adaptive_avg_pool2d: expected x [N, C, H, W], got ",
                          x ? describe(x) : "an empty Array"));
  }
  const IntList sizes = size.for_axes(2, 1, "adaptive_avg_pool2d: size");
  if (sizes == IntList{1, 1}) return mean(std::move(x), {.axis = {2, 3}, .keepdims = true});
  IntList window;
  for (int i = 0; i < 2; ++i) {
    if (x.shape(i + 2) == 0 || x.shape(i + 2) % sizes[i] != 0) {
      throw ShapeError(
          text("adaptive_avg_pool2d: size ", sizes, " does not divide the input ", x.shape()))
          .help("pad or resize the input, or choose a size that divides it");
    }
    window.push_back(x.shape(i + 2) / sizes[i]);
  }
  return avg_pool2d(std::move(x), window);
}

}  // namespace lamina

// Adaptive pooling. Averages over boxes are averages along one axis after the other; maxima are
// looked up at their positions.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/compose/along_axis.h"
#include "lamina/ops/compose/max_positions.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina {

namespace {

IntList adaptive_sizes(const char* name, int axes, const Array& x, const PerAxis& size) {
  if (!x) throw StateError(text(name, ": x is an empty Array"));
  if (axes == 0) axes = std::max(x.ndim() - 2, 1);
  if (x.ndim() != axes + 2) {
    throw ShapeError(
        text(name, ": expected x [N, C, spatial..] of ", axes + 2, " axes, got ", describe(x)));
  }
  IntList sizes = size.for_axes(axes, 1, text(name, ": size"));
  for (int i = 0; i < axes; ++i) {
    check_positions(name, sizes[i]);
    if (x.shape(i + 2) == 0) {
      throw ShapeError(text(name, ": axis ", i + 2, " of ", describe(x), " has no elements"));
    }
  }
  return sizes;
}

int64_t first_point(int64_t i, int64_t size, int64_t positions) {  // floor(i size / positions)
  return i / positions * size + i % positions * size / positions;
}
int64_t end_point(int64_t i, int64_t size, int64_t positions) {
  return (first_point(i + 1, size, positions)) + ((i + 1) * size % positions != 0);
}

// Every position averages its points; the longest window decides how many taps there are.
TapWeights average_taps(int64_t size, int64_t positions) {
  TapWeights taps(positions, (size + positions - 1) / positions + 1);
  for (int64_t i = 0; i < positions; ++i) {
    const int64_t first = first_point(i, size, positions), end = end_point(i, size, positions);
    for (int64_t at = first; at < end; ++at) {
      taps.add(i, at, 1.0 / static_cast<double>(end - first));
    }
  }
  return taps;
}

Array adaptive_average(const char* name, int axes, Array x, const PerAxis& size) {
  const IntList sizes = adaptive_sizes(name, axes, x, size);
  if (!is_floating(x.dtype())) x = astype(std::move(x), float32);
  const int count = static_cast<int>(sizes.size());
  IntList all, window;
  bool divides = true;
  for (int i = 0; i < count; ++i) {
    all.push_back(i + 2);
    divides = divides && x.shape(i + 2) % sizes[i] == 0;
    window.push_back(x.shape(i + 2) / sizes[i]);
  }
  if (std::all_of(sizes.begin(), sizes.end(), [](int64_t s) { return s == 1; })) {
    return mean(std::move(x), {.axis = all, .keepdims = true});
  }
  if (divides) return avg_pool(std::move(x), window);
  for (int i = 0; i < count; ++i) {
    const int64_t points = x.shape(i + 2);
    if (points == sizes[i]) continue;
    x = take_weighted(std::move(x), i + 2, average_taps(points, sizes[i]));
  }
  return x;
}

PooledMaxima adaptive_maximum(const char* name, int axes, Array x, const PerAxis& size) {
  const IntList sizes = adaptive_sizes(name, axes, x, size);
  std::vector<WindowBounds> bounds;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const int64_t points = x.shape(static_cast<int>(i) + 2);
    std::vector<int64_t> start, stop;
    for (int64_t p = 0; p < sizes[i]; ++p) {
      start.push_back(first_point(p, points, sizes[i]));
      stop.push_back(end_point(p, points, sizes[i]));
    }
    bounds.push_back(bounds_of(start, stop));
  }
  return maxima_in(std::move(x), bounds, IntList(sizes.size(), 1));
}

}  // namespace

#define LAMINA_ADAPTIVE(name, axes)                                                  \
  Array adaptive_avg_##name(Array x, PerAxis size) {                                 \
    return adaptive_average("adaptive_avg_" #name, axes, std::move(x), size);        \
  }                                                                                  \
  Array adaptive_max_##name(Array x, PerAxis size) {                                 \
    return adaptive_maximum("adaptive_max_" #name, axes, std::move(x), size).values; \
  }
LAMINA_ADAPTIVE(pool, 0)
LAMINA_ADAPTIVE(pool1d, 1)
LAMINA_ADAPTIVE(pool2d, 2)
LAMINA_ADAPTIVE(pool3d, 3)
#undef LAMINA_ADAPTIVE

PooledMaxima adaptive_max_pool_with_indices(Array x, PerAxis size) {
  return adaptive_maximum("adaptive_max_pool_with_indices", 0, std::move(x), size);
}

}  // namespace lamina

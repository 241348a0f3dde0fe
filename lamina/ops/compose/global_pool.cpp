// Averages and maxima of whole planes.
#include "lamina/base/error.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/reduction.h"

namespace lamina {

namespace {

ReduceOptions all_spatial(const char* name, const Array& x) {
  if (!x) throw StateError(text(name, ": x is an empty Array"));
  if (x.ndim() < 3) {
    throw ShapeError(text(name, ": expected x [N, C, spatial..], got ", describe(x)));
  }
  IntList axes;
  for (int axis = 2; axis < x.ndim(); ++axis) axes.push_back(axis);
  return {.axis = axes, .keepdims = true};
}

}  // namespace

Array global_avg_pool(Array x) {
  ReduceOptions options = all_spatial("global_avg_pool", x);
  return mean(std::move(x), std::move(options));
}

Array global_max_pool(Array x) {
  ReduceOptions options = all_spatial("global_max_pool", x);
  return max(std::move(x), std::move(options));
}

}  // namespace lamina

// average(x, weights) = sum(x w) / sum(w).
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/statistics.h"

namespace lamina {

Array average(Array x, const AverageOptions& options) {
  require_arrays("average", {{"x", x}});
  Array w = options.weights;
  if (!w) return mean(std::move(x), {.axis = options.axis, .keepdims = options.keepdims});
  const IntList axes = options.axis.normalized(x.ndim(), "average");
  if (!(w.shape() == x.shape())) {
    if (axes.size() != 1 || w.ndim() != 1 || w.size() != x.shape(static_cast<int>(axes[0]))) {
      throw ShapeError(text("average: expected weights of the shape of x, ", x.shape(),
                            ", or of its one axis, got ", describe(w)));
    }
    IntList shape(static_cast<size_t>(x.ndim()), 1);
    shape[axes[0]] = w.size();
    w = broadcast_to(reshape(std::move(w), std::move(shape)), sizes_of(x));
  }
  const ReduceOptions over = {.axis = options.axis, .keepdims = options.keepdims};
  x = as_floating(std::move(x)), w = as_floating(std::move(w));
  return sum(std::move(x) * w, over) / sum(w, over);
}

}  // namespace lamina

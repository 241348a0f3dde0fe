// pairwise_distance(x, y) = |x - y + epsilon| along the last axis: epsilon keeps the root away from
// 0.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/compose/p_norm.h"
#include "lamina/ops/distance.h"

namespace lamina {

Array pairwise_distance(Array x, Array y, PairwiseDistanceOptions options) {
  require_arrays("pairwise_distance", {{"x", x}, {"y", y}});
  check_finite("pairwise_distance", "epsilon", options.epsilon);
  const Shape both = broadcast_shapes(x.shape(), y.shape(), "pairwise_distance");
  if (both.rank() < 1) throw ShapeError("pairwise_distance: expected vectors, got two numbers");
  Array difference = as_floating(std::move(x)) - as_floating(std::move(y)) + options.epsilon;
  return p_norm(std::move(difference), options.p, {.axis = -1, .keepdims = options.keepdims},
                "pairwise_distance");
}

}  // namespace lamina

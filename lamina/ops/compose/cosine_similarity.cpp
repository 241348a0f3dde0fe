// cosine_similarity(x, y) = <x, y> / (max(|x|, epsilon) max(|y|, epsilon)) along an axis.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/compose/p_norm.h"
#include "lamina/ops/distance.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array cosine_similarity(Array x, Array y, CosineSimilarityOptions options) {
  require_arrays("cosine_similarity", {{"x", x}, {"y", y}});
  check_finite("cosine_similarity", "epsilon", options.epsilon);
  const Shape both = broadcast_shapes(x.shape(), y.shape(), "cosine_similarity");
  const int axis = normalize_axis(options.axis, both.rank(), "cosine_similarity: axis");
  const IntList shape(both.begin(), both.end());
  x = broadcast_to(as_floating(std::move(x)), shape);
  y = broadcast_to(as_floating(std::move(y)), shape);
  const ReduceOptions along{.axis = axis};
  Array x_length = maximum(p_norm(x, 2, along, "cosine_similarity"), options.epsilon);
  Array y_length = maximum(p_norm(y, 2, along, "cosine_similarity"), options.epsilon);
  return sum(std::move(x) * std::move(y), along) / (std::move(x_length) * std::move(y_length));
}

}  // namespace lamina

// cdist(x, y): distances of all pairs of rows, from the differences themselves: exact for rows that
// lie near each other, where |x|^2 - 2 x.y + |y|^2 would cancel. The differences of a program are
// never in memory.
#include <vector>

#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/compose/p_norm.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/distance.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array cdist(Array x, Array y, double p) {
  require_arrays("cdist", {{"x", x}, {"y", y}});
  if (x.ndim() < 2 || y.ndim() < 2 || x.shape(-1) != y.shape(-1)) {
    throw ShapeError(
        text("cdist: expected x [.., P, M] and y [.., R, M], got ", x.shape(), " and ", y.shape()));
  }
  x = as_floating(std::move(x)), y = as_floating(std::move(y));
  if (p == 2) return safe_sqrt(squared_distances(std::move(x), std::move(y)));
  x = expand_dims(std::move(x), -2);
  y = expand_dims(std::move(y), -3);
  return p_norm(std::move(x) - std::move(y), p, {.axis = -1}, "cdist");
}

Array pdist(Array x, double p) {
  require_arrays("pdist", {{"x", x}});
  if (x.ndim() != 2) throw ShapeError(text("pdist: expected x [N, M], got ", x.shape()));
  const int64_t rows = x.shape(0);
  check_shape({rows, rows}, sizeof(int64_t), "pdist: pairs of rows");
  std::vector<int64_t> first, second;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t k = i + 1; k < rows; ++k) first.push_back(i), second.push_back(k);
  }
  const int64_t pairs = static_cast<int64_t>(first.size());
  x = as_floating(std::move(x));
  Array left = take(x, array(std::span<const int64_t>(first), {pairs}));
  Array right = take(std::move(x), array(std::span<const int64_t>(second), {pairs}));
  return p_norm(std::move(left) - std::move(right), p, {.axis = -1}, "pdist");
}

}  // namespace lamina

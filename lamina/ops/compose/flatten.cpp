// flatten: neighbouring axes joined to one, by reshape.
#include "lamina/base/error.h"
#include "lamina/ops/movement.h"

namespace lamina {

// The -1 stands for the batch when it leads, so that a recorded graph serves any batch size.
Array flatten(Array x, int start_axis, int end_axis) {
  if (!x) throw StateError("flatten: x is an empty Array");
  if (x.ndim() == 0) return reshape(std::move(x), {1});
  const int first = normalize_axis(start_axis, x.ndim(), "flatten: start_axis");
  const int last = normalize_axis(end_axis, x.ndim(), "flatten: end_axis");
  if (first > last) {
    throw ValueError(text("flatten: start_axis ", start_axis, " comes after end_axis ", end_axis));
  }
  int64_t joined = 1;
  for (int axis = first; axis <= last; ++axis) joined *= x.shape(axis);
  IntList shape;
  for (int axis = 0; axis < first; ++axis) shape.push_back(x.shape(axis));
  shape.push_back(joined);
  for (int axis = last + 1; axis < x.ndim(); ++axis) shape.push_back(x.shape(axis));
  if (x.size() != 0) shape[0] = -1;
  return reshape(std::move(x), std::move(shape));
}

}  // namespace lamina

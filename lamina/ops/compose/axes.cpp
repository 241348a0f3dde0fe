// Names of transpose, and functions of several arrays that only move axes.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array permute_dims(Array x, IntList axes) {
  if (!x) throw StateError("permute_dims: x is an empty Array");
  if (static_cast<int>(axes.size()) != x.ndim()) {
    throw ValueError(
        text("permute_dims: expected ", x.ndim(), " axes for ", describe(x), ", got ", axes));
  }
  return axes.empty() ? x : transpose(std::move(x), std::move(axes));
}

Array matrix_transpose(Array x) {
  if (!x) throw StateError("matrix_transpose: x is an empty Array");
  if (x.ndim() < 2)
    throw ShapeError(text("matrix_transpose: expected two axes or more, got ", describe(x)));
  return swapaxes(std::move(x), -2, -1);
}

Array moveaxis(Array x, IntList source, IntList destination) {
  if (!x) throw StateError("moveaxis: x is an empty Array");
  if (source.size() != destination.size()) {
    throw ValueError(text("moveaxis: expected as many destinations as sources, got ", source,
                          " and ", destination));
  }
  normalize_axes(source, x.ndim(), "moveaxis: source", false);  // each once
  normalize_axes(destination, x.ndim(), "moveaxis: destination", false);
  IntList order(static_cast<size_t>(x.ndim()), -1), rest;
  std::vector<bool> moved(static_cast<size_t>(x.ndim()), false);
  for (size_t i = 0; i < source.size(); ++i) {
    const int from = normalize_axis(source[i], x.ndim(), "moveaxis: source");
    order[normalize_axis(destination[i], x.ndim(), "moveaxis: destination")] = from;
    moved[static_cast<size_t>(from)] = true;
  }
  int next = 0;
  for (int64_t& axis : order) {
    if (axis >= 0) continue;
    while (moved[static_cast<size_t>(next)]) ++next;
    axis = next++;
  }
  return order.empty() ? x : transpose(std::move(x), std::move(order));
}

std::vector<Array> broadcast_arrays(std::vector<Array> arrays) {
  Shape shape;
  for (const Array& x : arrays) {
    if (!x) throw StateError("broadcast_arrays: an argument is an empty Array");
    shape = broadcast_shapes(shape, x.shape(), "broadcast_arrays");
  }
  for (Array& x : arrays) x = broadcast_to(std::move(x), IntList(shape.begin(), shape.end()));
  return arrays;
}

std::vector<Array> unstack(Array x, int axis) {
  if (!x) throw StateError("unstack: x is an empty Array");
  const int place = normalize_axis(axis, x.ndim(), "unstack: axis");
  std::vector<Array> entries;
  if (x.shape(place) == 0) return entries;
  for (Array& entry : split(x, x.shape(place), place))
    entries.push_back(squeeze(std::move(entry), {place}));
  return entries;
}

}  // namespace lamina

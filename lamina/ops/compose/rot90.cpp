// rot90, fliplr, flipud: reversed and exchanged axes.
#include "lamina/base/error.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/statistics.h"

namespace lamina {

Array rot90(Array x, int k, int axis1, int axis2) {
  if (!x) throw StateError("rot90: x is an empty Array");
  const int from = normalize_axis(axis1, x.ndim(), "rot90: axis1");
  const int to = normalize_axis(axis2, x.ndim(), "rot90: axis2");
  if (from == to) {
    throw ValueError(text("rot90: the axes must differ, got ", axis1, " and ", axis2));
  }
  switch ((k % 4 + 4) % 4) {
    case 0:
      return x;
    case 1:
      return swapaxes(flip(std::move(x), {to}), from, to);
    case 2:
      return flip(std::move(x), {from, to});
    default:
      return flip(swapaxes(std::move(x), from, to), {to});
  }
}

Array fliplr(Array x) {
  if (!x || x.ndim() < 2) {
    throw ShapeError(
        text("fliplr: expected two axes or more, got ", x ? describe(x) : "an empty Array"));
  }
  return flip(std::move(x), {1});
}

Array flipud(Array x) {
  if (!x || x.ndim() < 1) {
    throw ShapeError(
        text("flipud: expected one axis or more, got ", x ? describe(x) : "an empty Array"));
  }
  return flip(std::move(x), {0});
}

}  // namespace lamina
